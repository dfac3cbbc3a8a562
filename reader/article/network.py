"""Which network addresses a URL from an article or a feed may lead to. One rule for pictures, the relay and
feeds. Such a URL must not reach this machine or its private network: `is_public` decides about an IP address,
`public_addresses` about a host. Connect to a checked address, as the name may resolve to another one by then.
Blocks, but never longer than the seconds given; import it late (it loads `socket`).
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import NamedTuple

from reader.errors import ReaderError, reason_of, shown
from reader.permissions import require

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".home.arpa", ".corp")
"""Domains that only exist in private networks."""
_ISATAP = (0x00005EFE, 0x02005EFE)
"""The upper half of interface identifiers that end with an IPv4 address (RFC 5214)."""


class Unreachable(ReaderError):
    """A host is unknown, does not resolve in time, or is not allowed; `str()` is one clause."""


class PrivateAddress(Unreachable):
    """A host is on this machine or a private network."""


class HostAddress(NamedTuple):
    """An IP address of a host."""

    ip: str
    port: int
    family: socket.AddressFamily


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4, ISATAP) is as public as that one.
    Loopback, link-local, site-local, private, shared, reserved and multicast addresses are not public, nor is
    anything that is not an address.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = _carried(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _carried(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 address that is routed to it."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    lower = int(ip) & 0xFFFFFFFF
    if ip in _NAT64 or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(lower)
    return None


def addresses(host: str, port: int, seconds: float) -> list[HostAddress]:
    """All IP addresses of a host. Raises Unreachable if it has none or resolving takes too long."""
    require("network")
    found: list[HostAddress] = []
    failure: list[str] = []

    def look_up() -> None:
        try:
            for family, *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(HostAddress(str(place[0]), port, family))
        except (OSError, UnicodeError) as error:
            failure.append(reason_of(error))

    # The system's resolver can't be interrupted, so it runs in a daemon thread that can be abandoned.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(seconds, 0))
    if thread.is_alive():
        raise Unreachable(f"the name {shown(host)} takes too long to look up")
    if not found:
        raise Unreachable(f"the host {shown(host)} is unknown ({', '.join(failure) or 'no address'})")
    return found


def public_addresses(host: str, port: int, seconds: float) -> list[HostAddress]:
    """The IP addresses of a host. Raises PrivateAddress if one of them is not public, or if its name belongs
    to a private network."""
    name = host.rstrip(".").lower()
    is_local = name.endswith(_LOCAL_NAMES) or ("." not in name and ":" not in name and not name.isdecimal())
    found = [] if is_local else addresses(host, port, seconds)
    if is_local or not all(is_public(address.ip) for address in found):
        raise PrivateAddress(f"the host {shown(host)} is on this machine or a private network")
    return found

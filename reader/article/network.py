"""Which network addresses a stranger's file may lead to.

One rule for pictures, the relay and feeds. What an article or a feed names must not reach this machine or its
private network: `is_public` decides about a numeric address, `public_addresses` about a host. Connect to an
address that was checked, for the name may mean another one by then.

Blocks, but never longer than the seconds given; import it where something is fetched (it brings `socket`).
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import NamedTuple

from reader.errors import ReaderError, shown
from reader.permissions import require

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".home.arpa", ".corp")
"""Zones of names that mean something in a private network only."""
_ISATAP = (0x00005EFE, 0x02005EFE)
"""The upper half of interface identifiers that end with an IPv4 address (RFC 5214)."""


class Unreachable(ReaderError):
    """A host is unknown, does not answer in time, or must not be asked; `str()` is one clause."""


class PrivateAddress(Unreachable):
    """A host is on this machine or its private network."""


class HostAddress(NamedTuple):
    """A numeric address of a host."""

    ip: str
    port: int
    family: socket.AddressFamily


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to the public internet.

    An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4, ISATAP) is as public as that one.
    Loopback, link-local, site-local, private, shared, reserved and multicast addresses are not public, nor is
    anything that is no address.
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
    """All numeric addresses of a host. Raises Unreachable where it has none or they take too long."""
    require("network")
    found: list[HostAddress] = []
    failure: list[str] = []

    def look_up() -> None:
        try:
            for family, *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(HostAddress(str(place[0]), port, family))
        except (OSError, UnicodeError) as error:
            failure.append(getattr(error, "strerror", None) or str(error))

    # The system's own function can't be interrupted; a daemon thread may go on without us.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(seconds, 0))
    if thread.is_alive():
        raise Unreachable(f"the name {shown(host)} takes too long to look up")
    if not found:
        raise Unreachable(f"the host {shown(host)} is unknown ({', '.join(failure) or 'no address'})")
    return found


def public_addresses(host: str, port: int, seconds: float) -> list[HostAddress]:
    """The numeric addresses of a host. Raises PrivateAddress where one of them is not public, or where its
    name belongs to a private network."""
    name = host.rstrip(".").lower()
    is_local = name.endswith(_LOCAL_NAMES) or ("." not in name and ":" not in name and not name.isdecimal())
    found = [] if is_local else addresses(host, port, seconds)
    if is_local or not all(is_public(address.ip) for address in found):
        raise PrivateAddress(f"the host {shown(host)} is on this machine or a private network")
    return found

"""Tests of which network addresses count as public, and of connections to no others."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.network import PrivateAddress, Unreachable, addresses, is_public, public_addresses

PRIVATE = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.251", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"),
    *("64:ff9b:1::808:808", "2002:7f00:1::", "2002:a00:1::1", "2001:0:1:2::7f00:1", "2001:db8::1"),
    *("2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:10.0.0.1", "100::1", "5f00::1"),
    *("", "localhost", "127.1", "1.2.3.4.5", "x"),
)
PUBLIC = (
    "1.1.1.1",
    "93.184.215.14",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
    "2002:101:101::1",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_private_networks_are_not_public(address: str) -> None:
    """In no disguise."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """Also where an IPv6 address carries an IPv4 one."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_as_public_as_itself(inner: IPv4Address) -> None:
    """Mapped, by NAT64 and by 6to4."""
    number = int(inner)
    for outer in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80 | 1):
        assert is_public(str(IPv6Address(outer))) == is_public(str(inner))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "127.1", "2130706433"])
def test_a_private_host_is_refused_before_anything_is_sent(host: str) -> None:
    """By its name and by each spelling of its number."""
    with pytest.raises(Unreachable):
        public_addresses(host, 80, 5)


def test_a_host_with_one_private_address_is_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public address beside it does not make it good."""
    both = [(socket.AF_INET, 1, 6, "", (ip, 80)) for ip in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: both)
    with pytest.raises(PrivateAddress):
        public_addresses("two.example", 80, 5)


def test_a_slow_lookup_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds hold for the name too."""
    import threading

    never = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [] if never.wait() else [])
    with pytest.raises(Unreachable, match="too long"):
        addresses("slow.example", 80, 0.05)
    never.set()

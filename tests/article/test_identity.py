"""Identities and hosts of addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.identity import host_of, identity_of, is_web


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("HTTPS://Daily.Example:443/A?b=C#top", "https://daily.example/A?b=C"),
        ("http://x.example:80/", "http://x.example/"),
        ("http://x.example:8080", "http://x.example:8080"),
        ("https://u:p@x.example/a", "https://x.example/a"),
        ("https://x.example/a?utm_source=b&c=d&UTM_medium=e", "https://x.example/a?c=d"),
        ("https://x.example/a?utm_source=b", "https://x.example/a"),
        ("https://x.example/a?c=d&&e=", "https://x.example/a?c=d&&e="),
        ("https://[::1]:443/a", "https://[::1]/a"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("https:///a", "place"),
        ("ftp://x.example", "place"),
        ("//x.example", "place"),
        ("/a", "place"),
        ("", "place"),
        ("javascript://x.example", "place"),
    ],
)
def test_identity(url: str, identity: str) -> None:
    """Normalised where it is an absolute web address, else the path."""
    assert identity_of(url, "place") == identity


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Daily.Example:8080/a", "daily.example"),
        ("http://u:p@x.example", "x.example"),
        ("https://[::1]:8080/a", "[::1]"),
        ("https://a@b@x.example/", "x.example"),
        ("https://x.example\\@evil.example/", "x.example"),  # as browsers read a backslash
        ("https://x.example/a b", ""),
        ("mailto:a@x.example", ""),
        ("//x.example", ""),
        ("", ""),
    ],
)
def test_hosts(url: str, host: str) -> None:
    """Lower case, without port, user and password; none if it is no web address."""
    assert host_of(url) == host
    assert is_web(url) is bool(host)


@given(st.one_of(st.text(), st.text(st.sampled_from("htps:/@[]?#&=.aA1:utm_")).map("https://{}".format)))
def test_an_identity_is_its_own_identity(url: str) -> None:
    """Normalising once is enough, whatever the text."""
    once = identity_of(url, "")
    assert identity_of(once, "") == once

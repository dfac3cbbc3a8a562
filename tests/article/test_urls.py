"""Which URLs are opened, how they are written, and whose page they lead to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.urls import (
    MOST_CHARACTERS,
    UnsafeUrl,
    checked_url,
    host_to_show,
    linkable,
    openable,
    resolved,
    shown_host,
    shown_url,
    without_user,
)


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://harbour.example/a?b=c&d=%20#e", "https://harbour.example/a?b=c&d=%20#e"),
        (" HTTPS://Harbour.Example/A ", "https://harbour.example/A"),
        ("http://harbour.example", "http://harbour.example"),
        ("http://harbour.example:8080/", "http://harbour.example:8080/"),
        ("http://harbour.example:/", "http://harbour.example/"),
        ("https://ana:secret@harbour.example/", "https://harbour.example/"),
        ("https://good.example@bad.example/", "https://bad.example/"),
        ("https://harbour.example/fähre", "https://harbour.example/f%C3%A4hre"),
        ("https://harbour.example/a\"b<c>'d`e|f\\g^h{i}", "https://harbour.example/a%22b%3Cc%3E'd%60e%7Cf%5Cg%5Eh%7Bi%7D"),
        ("https://harbour.example/100%", "https://harbour.example/100%25"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("https://ｈarbour。example/", "https://harbour.example/"),
        ("http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("https://harbour.example/;rm -rf".replace(" ", "%20"), "https://harbour.example/;rm%20-rf"),
        ("https://harbour.example/a b\u3000c?d e#f g", "https://harbour.example/a%20b%E3%80%80c?d%20e#f%20g"),
        ("https://harbour.example/\u202ea", "https://harbour.example/%E2%80%AEa"),
    ],
)  # fmt: skip
def test_good_urls_are_made_safe(url: str, checked: str) -> None:
    """What may be opened is percent-encoded, without user and password, its host in small letters."""
    assert checked_url(url) == checked


@pytest.mark.parametrize(
    "url",
    [
        "", "harbour.example", "//harbour.example/", "/etc/passwd", "file:///etc/passwd",
        "javascript:alert(1)", "data:text/html,x", "vscode://x", "ftp://harbour.example/",
        "mailto:a@harbour.example", "--new-window", "-https://harbour.example/", "http://", "https:///a",
        "https://@/", "https://.../", "http:harbour.example",
        "https://har bour.example/", "https://harbour.example/a\nb", "https://harbour.example/\x1b[2J",
        "https://harbour.example/\x9b2J", "https://har\tbour.example/", "https://good.example\\@bad.example/",
        "https://harbour.example:0/", "https://harbour.example:99999/", "https://harbour.example:x/",
        "https://%65vil.example/", "https://$(id).example/", "https://a;b.example/", "https://a\u200bb.example/",
        "https://[::1", "https://[::1]x/", "https://a\ud800.example/", "https://harbour.example/\ud800",
        "https://harbour.example/" + "ä" * 600, "https://a.example\u2100b.example/",
    ],
)  # fmt: skip
def test_bad_urls_are_refused(url: str) -> None:
    """Everything but http and https with a plain host is refused in one harmless sentence."""
    with pytest.raises(UnsafeUrl) as caught:
        checked_url(url)
    assert str(caught.value).isprintable()
    assert shown_host(url) == "" or len(url) > 500


@given(st.text(max_size=60) | st.builds("https://{}/{}".format, st.text(max_size=20), st.text(max_size=20)))
def test_any_url_is_safe_or_refused(url: str) -> None:
    """What comes out begins with http, has a host and no blank, quote or control, and is checked already."""
    try:
        checked = checked_url(url)
    except UnsafeUrl:
        return
    assert re.match("https?://", checked)
    assert urlsplit(checked).hostname
    assert not re.search(r"[\s\x00-\x1f\x7f-\x9f\"<>`\\]", checked)
    assert len(checked) <= MOST_CHARACTERS
    assert checked_url(checked) == checked


@given(st.text(max_size=60) | st.builds("https://{}/{}".format, st.text(max_size=20), st.text(max_size=20)))
def test_a_link_of_the_terminal_is_plain(url: str) -> None:
    """Printable ASCII that leads to where the checked URL does, or nothing."""
    link = linkable(url)
    if link:
        assert re.fullmatch(r"https?://[!-~]+", link)
        assert urlsplit(link)[2:] == urlsplit(checked_url(url))[2:]
    else:
        with pytest.raises(UnsafeUrl):
            checked_url(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.harbour.example:8080/a", "www.harbour.example"),
        ("https://good.example@bad.example/", "bad.example"),
        ("https://bücher.example/", "bücher.example"),
        ("https://例え.example/", "例え.example"),
        ("https://пример.рф/", "пример.рф"),
        ("https://hаrbour.example/", "xn--hrbour-3nf.example"),  # a Cyrillic а among Latin letters
        ("https://аре.example/", "xn--80ak6a.example"),  # Cyrillic letters that all look Latin
        ("http://[::1]:80/", "[::1]"),
        ("not a url", ""),
    ],
)
def test_the_real_host_is_shown(url: str, host: str) -> None:
    """The host is the one that the browser goes to, in punycode where its letters could mislead."""
    assert shown_host(url) == host


@given(st.text(max_size=40))
def test_a_host_to_show_is_harmless(text: str) -> None:
    """Whatever a file says, what is shown as host has no control or direction characters in it."""
    assert not re.search(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", shown_host(text))
    assert not re.search(r"[\s\x00-\x1f\x7f-\x9f\u202a-\u202e]", shown_host(f"https://{text}/"))


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("google.comノlogin.evil.jp", "google.xn--comlogin-634g.evil.jp"),
        ("スーパー.jp", "スーパー.jp"),
        ("ノート.jp", "ノート.jp"),
        ("佐々木.jp", "佐々木.jp"),
        ("ɢoogle.com", "xn--oogle-wmc.com"),
        ("g\u0338oogle.com", "xn--google-i8d.com"),
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("việt.example", "việt.example"),
        ("яндекс.com", "яндекс.com"),
        ("हिन्दी.भारत", "हिन्दी.भारत"),
        ("한국.kr", "한국.kr"),
    ],
)
def test_a_host_has_one_form(host: str, shown: str) -> None:
    """Honest names are in their own letters, names that mislead in punycode."""
    assert shown_host(f"https://{host}/a") == shown
    assert shown_url(f"https://ana:word@{host}:8080/a") == f"https://{shown}:8080/a"


@pytest.mark.parametrize(
    ("words", "url", "beside"),
    [
        ("the page", "https://harbour.example/a", ""),
        ("harbour.example", "https://harbour.example/a", ""),
        ("HTTPS://Harbour.Example/x", "https://harbour.example/x", ""),
        ("https://スーパー.jp/", "https://スーパー.jp/", ""),
        ("mail ana.lee@bank.example", "https://evil.example/a", "evil.example"),
        ("@ana@bank.example", "https://evil.example/@ana", "evil.example"),
        ("ana.lee@bank.example", "https://bank.example/ana", ""),
        ("bank[.]example", "https://evil.example/a", "evil.example"),
        ("bank (dot) example", "https://evil.example/a", "evil.example"),
        ("bank%2Eexample", "https://evil.example/a", "evil.example"),
        ("a (. ) b", "https://evil.example/a", ""),
        ("Node.js 1.2.3, e.g. this", "https://harbour.example", ""),
        ("bank.com", "https://evil.example", "evil.example"),
        ("see bank.com now", "https://evil.example", "evil.example"),
        ("https://bank.example", "https://evil.example", "evil.example"),
        ("https://bank.example@evil.example", "https://bank.example@evil.example", "evil.example"),
        ("www.harbour.example", "https://harbour.example", "harbour.example"),
        ("ｂank.com", "https://bank.com", "bank.com"),
        (
            "https://google.comノlogin.evil.jp",
            "https://google.comノlogin.evil.jp",
            "google.xn--comlogin-634g.evil.jp",
        ),
        ("google.com/login", "https://google.comノlogin.evil.jp", "google.xn--comlogin-634g.evil.jp"),
        ("bank.com", "javascript:alert(1)", ""),
        ("ftp://bank.com/", "https://evil.example", "evil.example"),
        ("//bank.com/a", "https://evil.example", "evil.example"),
        ("203.0.113.9", "https://evil.example", "evil.example"),
        ("203.0.113.9", "https://203.0.113.9/a", ""),
        ("http://[2001:db8::1]/", "https://evil.example", "evil.example"),
        ("evil.example/bank.com", "https://evil.example", ""),
        ("either//or", "https://evil.example", ""),
    ],
)
def test_the_real_host_stands_beside_words_that_name_another(words: str, url: str, beside: str) -> None:
    """Only words that are exactly the host, or that name none, are alone."""
    assert host_to_show(words, url) == beside


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_words_beside_any_link(words: str, host: str) -> None:
    """Nothing raises, and what is shown is the real host or nothing."""
    url = f"https://{host}/"
    assert host_to_show(words, url) in ("", shown_host(url))


@given(st.from_regex(r"https?://[a-z0-9.-]{1,12}(/[\w/?:@!$&'()*+,;=.~ #%\\-]{0,20})?", fullmatch=True))
def test_an_openable_address_is_the_checked_one(url: str) -> None:
    """Also where nothing in it needs a change, which is seen at a glance; what can't be opened is empty."""
    try:
        checked = checked_url(url)
    except UnsafeUrl:
        checked = ""
    assert openable(url) == checked
    assert openable(checked) == checked


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://ana:secret@harbour.example/a@b", "https://harbour.example/a@b"),
        ("ftp://ana@harbour.example", "ftp://harbour.example"),
        ("//ana:b@c@harbour.example", "//harbour.example"),
        ("mailto:ana@harbour.example", "mailto:ana@harbour.example"),
        ("https://harbour.example/@ana", "https://harbour.example/@ana"),
        ("", ""),
    ],
)
def test_user_and_password_are_taken_off(text: str, kept: str) -> None:
    """Of addresses that can't be opened too; nothing else is."""
    assert without_user(text) == kept


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("/a", "https://site.example/a"),
        ("b.png", "https://site.example/2024/b.png"),
        ("../c", "https://site.example/c"),
        ("//other.example/d", "https://other.example/d"),
        ("https://other.example/e", "https://other.example/e"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("javascript:x", "javascript:x"),
        ("#f", "#f"),
        ("", ""),
    ],
)
def test_a_relative_link_starts_at_the_base(url: str, absolute: str) -> None:
    """Every other is as it is, and so are all where no base is known."""
    assert resolved(url, "https://site.example/2024/") == absolute
    assert resolved(url, "") == url


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("@/blog/quiet.md#sea", "/blog/quiet/#sea"),
        ("@/blog/2021-06-18-quiet.md", "/blog/quiet/"),
        ("@/blog/_index.md", "/blog/"),
        ("@/blog/quiet/index.md", "/blog/quiet/"),
    ],
)
def test_a_link_to_a_file_of_a_zola_site(link: str, path: str) -> None:
    """It leads to the file's page; without a site it stays as it is written."""
    assert resolved(link, "https://sea.example/") == f"https://sea.example{path}"
    assert resolved(link, "") == link


@pytest.mark.parametrize("link", ["b.md", "../sub/b.markdown#part", "/notes/b.MDX?x=1"])
def test_a_link_to_a_file_of_markdown_stays_as_it_is(link: str) -> None:
    """No page of the site has its address."""
    assert resolved(link, "https://sea.example/2026/11/a/") == link

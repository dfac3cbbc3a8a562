"""URLs from outside: which of them may be opened, how they are written, and which host they really lead to.

Pure text; starting a browser belongs to `reader.opening.opener`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from reader.errors import ReaderError, shown

MOST_CHARACTERS = 2048
"""Longer URLs are refused: some browsers cut them, and no article needs them."""

_SAFE = "/?:@!$&'()*+,;=-._~%"
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_IP6 = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\])(:\d*)?", re.ASCII)
# Letters of other scripts that look like Latin a, c, d, e, h, i, j, l, n, o, p, q, s, u, v, w, x, y.
_LOOKALIKES = frozenset("асԁеһіїјӏорԛѕцѵԝхуүҫгьпвмктнзоαικνορτυχωγηεβаօոսցհզ")
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
)
"""Scripts that are mixed in legitimate names, as in Unicode's "highly restrictive" level (UTS 39)."""
_SCRIPTS = {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}
"""The scripts of `ー` and `々`, whose names begin otherwise."""
_PLAIN_LATIN = re.compile("[a-zß-öø-ÿĀ-ſƠơƯưȘ-ț\u1e00-\u1eff]*", re.IGNORECASE)
"""Letters of living languages; those of phonetics and old prints look like others (`ɢoogle`)."""
_LIKE_SIGNS = "ノﾉ丿〳〵ー一ㅡㅣ丨丶イ亅ㄧㄟᐟᐧ〇口ロ"
_BESIDE_LATIN = re.compile(f"[a-z0-9][{_LIKE_SIGNS}]|[{_LIKE_SIGNS}][a-z0-9]")
"""Letters that look like a slash, a dash or a bar beside Latin ones (`google.comノlogin`)."""
_SLASHES = str.maketrans(dict.fromkeys("ノﾉ丿〳⁄∕⧸╱／", "/"))
_NAMED_HOST = re.compile(
    r"(?:https?:/{1,3}|\b[a-z][a-z0-9+-]{1,15}://)"
    r"(?P<authority>\[[0-9a-f:.]{2,45}\](?::\d+)?|[^\s/?#<>\"'\[\]]{1,300})"
    r"|(?:(?<!\S)//|(?<![\w/.-]))(?P<bare>(?:[\w-]{1,63}\.){1,8}(?P<zone>[^\W\d_]{2,24}))(?![\w@-]|\.\w)"
    r"|\A\s*(?P<number>\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?(?:/\S*)?\s*\Z",
    re.IGNORECASE,
)
_DEFANGED = re.compile(r"\s?[\[({]\s?(?:\.|dot|punkt|point|punto)\s?[\])}]\s?|\\\.|%2e", re.IGNORECASE)
"""Dots in defanged URLs (`bank[.]example`)."""
_ENDINGS = """
js ts go rb html htm txt json toml yaml yml xml css jsx tsx java cpp tar gz pdf png jpg jpeg svg gif exe dll
php ini cfg conf lock csv
"""
_FILE_ENDINGS = frozenset(_ENDINGS.split())
"""Extensions of files and products (`Node.js`) that are not top-level domains."""


_OF_ZOLA = re.compile(
    r"@/(?P<folder>(?:[^/#?]+/)*)(?:\d{4}-\d\d-\d\d[-_])?(?P<name>[^/#?]+)\.md(?P<anchor>#.*)?"
)
"""A link to a file of the same site, as Zola writes it: `@/blog/quiet.md#sea` is `/blog/quiet/#sea`."""

_FILE = re.compile(r"[^?#]*\.(?:md|mdx|markdown|mkdn?|mdown|mdwn|qmd|rmd)(?:[?#]|\Z)", re.IGNORECASE)

_IN_PATH = r"[\w/?:@!$&'()*+,;=.~-]*"
_PLAIN = re.compile(
    rf"https?://(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*(?:[/?]{_IN_PATH}(?:#{_IN_PATH})?)?", re.ASCII
)
"""Matches most URLs; `checked_url` returns them unchanged."""
_PORT = re.compile(r":\d*$")
_USER = re.compile(r"(?<=//)[^/?#\s\\]*@")


class UnsafeUrl(ReaderError):
    """A URL that can't be opened."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{shown(without_user(url))} can't be opened: {reason}")
        self.reason = reason
        """One clause."""


def openable(url: str) -> str:
    """The URL as `checked_url` returns it; empty if it can't be opened.

    Whatever is printed or exported as an address goes through this, once.
    """
    if len(url) <= MOST_CHARACTERS and _PLAIN.fullmatch(url):
        return url
    try:
        return checked_url(url)
    except UnsafeUrl:
        return ""


def without_user(text: str) -> str:
    """The URL without `user:password@`, whether it can be opened or not."""
    return _USER.sub("", text, count=1) if "@" in text else text


def checked_url(url: str) -> str:
    """The URL in a form that may be passed to a browser: http or https, a host, percent-encoded, without user
    and password, at most 2,048 characters. A host in another script stays as it is. Raises UnsafeUrl."""
    parts = _split(url)
    host = _host(parts.netloc, url)
    path, query, fragment = (encoded(part) for part in (parts.path, parts.query, parts.fragment))
    checked = urlunsplit((parts.scheme.lower(), host, path, query, fragment))
    if len(checked) > MOST_CHARACTERS:
        raise UnsafeUrl(url, f"it has {len(checked):,} characters; at most {MOST_CHARACTERS:,} are allowed")
    return checked


def resolved(url: str, base: str) -> str:
    """Makes a relative URL absolute if a base is known. Others are returned unchanged, also those of Markdown
    files, whose page could be anywhere."""
    if not base or not url or url.startswith("#") or ":" in url.partition("/")[0]:
        return url
    if found := _OF_ZOLA.fullmatch(url):
        name = "" if found["name"] == "_index" else f"{found['name']}/"
        url = f"/{found['folder']}{name if name != 'index/' else ''}{found['anchor'] or ''}"
    elif _FILE.match(url):
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def linkable(url: str) -> str:
    """The URL for a terminal link (OSC 8): checked, in printable ASCII, with a non-ASCII host in punycode.
    Empty if it can't be opened."""
    parts = urlsplit(openable(url))
    labels = [label if label.isascii() else _punycode(label) for label in parts.netloc.split(".")]
    return urlunsplit(parts._replace(netloc=".".join(labels)))


@lru_cache(maxsize=4096)
def shown_host(url: str) -> str:
    """The host that a URL really leads to, for display; empty if the URL can't be opened. In punycode if its
    letters are misleading: from several scripts, from a script whose letters look Latin, Latin ones of
    unusual blocks, ones that look like a slash. Legitimate names in other scripts are unchanged.
    """
    try:
        host = _host(_split(url).netloc, url)
    except UnsafeUrl:
        return ""
    return host if host.startswith("[") and host.endswith("]") else _shown_name(_PORT.sub("", host))


def shown_url(url: str) -> str:
    """The URL for display: checked, with its host as in `shown_host`; empty if it can't be opened."""
    parts = urlsplit(openable(url))
    if not parts.netloc.startswith("["):
        name, colon, port = parts.netloc.partition(":")
        parts = parts._replace(netloc=f"{_shown_name(name)}{colon}{port}")
    return urlunsplit(parts)


def host_to_show(words: str, url: str) -> str:
    """The real host of a link whose words name a host but not exactly this one; else empty.

    A mail address names its host, too, as do dots in brackets (`bank[.]example`). Words that are the URL
    itself are also misleading if they have a user before the host (`https://bank.example@evil.example`) or
    letters that look like others.
    """
    host = shown_host(url)
    if not host:
        return ""
    plain = _DEFANGED.sub(".", unicodedata.normalize("NFKC", words).translate(_DOTS))
    for found in _NAMED_HOST.finditer(plain):
        named = found["authority"] or found["bare"] or found["number"]
        name = _PORT.sub("", named).rstrip(".,;:!").casefold()
        is_exact = name == host and host in words.casefold()
        if not is_exact and not (found["zone"] and found["zone"].lower() in _FILE_ENDINGS):
            return host
    slashed = plain.translate(_SLASHES)
    if slashed != plain and _NAMED_HOST.search(slashed) and host not in plain.casefold():
        return host
    return ""


def _shown_name(name: str) -> str:
    labels = [_decoded(label) for label in name.split(".")]
    is_latin_zone = labels[-1].isascii()
    return ".".join(_punycode(label) if _misleads(label, is_latin_zone) else label for label in labels)


def _decoded(label: str) -> str:
    """A punycode label decoded, if it is valid."""
    if not label.startswith("xn--"):
        return label
    try:
        name = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    is_sound = name == unicodedata.normalize("NFKC", name).lower() and all(map(_is_allowed_in_host, name))
    return name if is_sound and not name.isascii() and _punycode(name) == label else label


def _split(url: str) -> SplitResult:
    text = url.strip(" ")
    # urlsplit silently drops tabs and newlines, so check first.
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text):
        raise UnsafeUrl(url, "it contains control characters")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise UnsafeUrl(url, "it is not a valid URL") from None
    if parts.scheme.lower() not in ("http", "https") or port == 0:
        raise UnsafeUrl(url, "only http:// and https:// addresses can")
    return parts


def _host(netloc: str, url: str) -> str:
    """The host and port, without user and password, normalised as in a browser."""
    # Browsers treat "\\" as "/": their host would be the text before it, ours the text after it.
    if "\\" in netloc:
        raise UnsafeUrl(url, "its host contains a backslash")
    place = netloc.rpartition("@")[2]
    if _IP6.fullmatch(place):
        return place.lower().removesuffix(":")
    name, colon, port = place.partition(":")
    name = unicodedata.normalize("NFKC", name.translate(_DOTS)).lower()
    if not any(char.isalnum() for char in name):
        raise UnsafeUrl(url, "it has no host")
    if not all(map(_is_allowed_in_host, name)):
        raise UnsafeUrl(url, "its host contains characters that are not allowed")
    return f"{name}:{port}" if colon and port else name


def encoded(part: str) -> str:
    """A path, query or fragment, or a part of one, percent-encoded."""
    return quote(_BARE_PERCENT.sub("%25", part), safe=_SAFE)


def _is_allowed_in_host(char: str) -> bool:
    return char.isalnum() or char in "-._" or unicodedata.category(char)[0] == "M"


def _misleads(label: str, is_latin_zone: bool) -> bool:
    if label.isascii():
        return False
    letters = [char for char in label if char.isalpha() or not (char.isascii() or char.isalpha())]
    names = {unicodedata.name(char, "UNKNOWN").split()[0] for char in letters}
    scripts = {_SCRIPTS.get(name, name) for name in names}
    if "COMBINING" in scripts:  # a stroke or a dot over a Latin letter; others have marks of their own script
        return True
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        return True
    if scripts == {"LATIN"} and not _PLAIN_LATIN.fullmatch("".join(letters)):
        return True
    if _BESIDE_LATIN.search(label):
        return True
    return is_latin_zone and bool(letters) and _LOOKALIKES.issuperset(letters)


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")

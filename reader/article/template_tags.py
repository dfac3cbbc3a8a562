"""Template tags in a body (Liquid, shortcodes of Hugo, Zola and WordPress) as Markdown or words. Nothing is
run or looked up: a tag that embeds something becomes a picture or a link; one that only controls a site
becomes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from reader.article.html import embed_kind

_SPECIAL = re.compile(r"([\\`*_\[\]<&])")
_TITLE = re.compile(r"""[\s{](?:title|label)=(?:"([^"\n]+)"|'([^'\n]+)')""")


def escaped(text: str) -> str:
    """A text as Markdown that shows it unchanged."""
    return _SPECIAL.sub(r"\\\1", text)


def title_in(arguments: str) -> str:
    """The quoted value of `title` or `label` among the arguments of a tag; empty for none."""
    found = _TITLE.search(arguments)
    return (found[1] or found[2]) if found else ""


_BOX_NAMES = """
note info tip hint important warning caution danger error attention success question example quote abstract
summary bug failure todo
"""
_BOX_KINDS = frozenset(_BOX_NAMES.split())
"""Kinds of boxes whose name serves as heading if they have no other."""


def box_heading(kind: str, title: str = "") -> str:
    """The heading of a box, as Markdown."""
    title = title.strip()
    if title:
        return escaped(title) if "*" in title else title
    return kind.capitalize() if kind.lower() in _BOX_KINDS else ""


_ARGUMENT = re.compile(r"""(?:([\w-]+)[ \t]*=[ \t]*)?(?:"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`|([^\s"'`=]+))""")
_BETWEEN_ARGUMENTS = re.compile(r",(?=\s*\w+\s*=)")


class _Arguments(NamedTuple):
    """The arguments of a tag."""

    named: dict[str, str]
    """The first of each name."""
    plain: list[str]

    def first(self, *names: str) -> str:
        """The first of the arguments with these names that is not empty."""
        return next((self.named[name] for name in names if self.named.get(name)), "")

    @property
    def words(self) -> str:
        """What the tag says about its content."""
        return self.first("caption", "title", "alt", "text", "label")

    @property
    def address(self) -> str:
        """Where its content is."""
        return self.first("src", "url", "href", "link")


def _arguments(rest: str) -> _Arguments:
    named: dict[str, str] = {}
    plain: list[str] = []
    for found in _ARGUMENT.finditer(_BETWEEN_ARGUMENTS.sub(" ", rest)):
        name, *values = found.groups()
        value = next(value for value in values if value is not None)
        if name:
            named.setdefault(name.lower(), value)
        else:
            plain.append(value)
    return _Arguments(named, plain)


_SERVICES = {
    "youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}", "tweet": "https://twitter.com/i/status/{}",
    "twitter": "https://twitter.com/i/status/{}", "x": "https://twitter.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}", "codepen": "https://codepen.io/{}",
    "spotify": "https://open.spotify.com/{}", "jsfiddle": "https://jsfiddle.net/{}",
}  # fmt: skip
"""Tags that embed something, and the URL that their first argument completes."""
_IDENTIFIER = re.compile(r"[\w./-]{1,100}", re.ASCII)
_PLAYERS = ("video", "audio")
_PICTURES = frozenset(("figure", "img", "image", "picture", "asset_img", "resize_image"))
_TITLED = frozenset(("tab", "step", "expand", "expandable", "details", "accordion"))
"""Tags that enclose a text below their title."""


def _shown_tag(name: str, rest: str, *, is_paired: bool = False) -> str:
    """A tag as Markdown: a picture, a link to what it embeds, or its name and its words.
    `is_paired`: the tag encloses text, whose heading is the tag's title.
    """
    if name.startswith("/"):
        return ""
    arguments = _arguments(rest)
    words = arguments.words
    name = name.rpartition("/")[2].rpartition(".")[0] or name
    if name in _PICTURES:
        return _picture(name, arguments)
    if is_paired:
        kind = next((one for one in (*arguments.plain, name) if one.lower() in _BOX_KINDS), "")
        heading = escaped(words) or kind.capitalize()
        return f"**{heading}**" if heading else ""
    address = _embedded(name, arguments)
    if "://" in address:
        kind = name if name in _PLAYERS else embed_kind(address, name)
        label = f"{kind}: {words}" if words else kind
        return f"[\\[{escaped(label)}\\]]({_target(address)})"
    label = f"{name}: {words}" if words else " ".join((name, *arguments.plain))
    return f"\\[{escaped(label)}\\]" if any(arguments) else ""


def _picture(name: str, arguments: _Arguments) -> str:
    plain = arguments.plain
    address = arguments.address or arguments.first("path")
    address = address or next((one for one in plain if "." in one), "".join(plain[:1]))
    caption = arguments.first("caption", "alt", "title")
    if not caption and name == "asset_img" and plain[-1:] != [address]:
        caption = "".join(plain[-1:])
    return f"![{escaped(caption)}]({_target(address)})"


def _embedded(name: str, arguments: _Arguments) -> str:
    """The address of what a tag embeds."""
    first = "".join(arguments.plain[:1])
    service = (arguments.first("provider") or name).lower()
    whole = "/".join(arguments.plain[:2]) if service == "gist" else first
    identifier = arguments.first("id") or whole
    if service in _SERVICES and _IDENTIFIER.fullmatch(identifier):
        return _SERVICES[service].format(identifier)
    return first if "://" in first else arguments.address


def _target(address: str) -> str:
    return address if not set(address) & set(" <>()\\") else ""


def _liquid(name: str, rest: str) -> str:
    """A tag of Liquid as Markdown: empty unless it embeds something or titles a text."""
    if name in ("include", "include_cached", "render") and (words := rest.split(None, 1)):
        file = words[0].strip("\"'")
        name, rest = file.rpartition("/")[2].rpartition(".")[0] or file, "".join(words[1:])
    elif name in _TITLED and (title := title_in(f" {rest}")):
        return f"**{escaped(title)}**"
    is_shown = name in _SERVICES or name in _PICTURES or name in (*_PLAYERS, "embed")
    return _shown_tag(name, rest) if is_shown else ""


_LIQUID_LINE = re.compile(r"(?:\{%[^{}]*%\}[ \t]*)+\Z")
_LIQUID_TAG = re.compile(r"\{%-?[ \t]*(?P<name>[\w.-]+)(?P<rest>[^{}]*?)-?%\}")
_SHORTCODE = re.compile(
    r"\{\{[<%][ \t\n]*(?P<name>/?[ \t]*[\w./-]+)?(?P<rest>[^{}]*?)/?[ \t\n]*[>%]\}\}[ \t]*\Z"
)
_CALL = re.compile(r"\{\{[ \t]*(?P<name>\w+)\((?P<rest>(?:[^(){}\"\n]|\"[^\"\n]*\")*)\)[ \t]*\}\}")
"""A shortcode of Zola: `{{ youtube(id="x") }}`."""


def shown_line(line: str, body: str) -> list[str] | None:
    """The Markdown of each tag on a line of its own; None if the line is something else. The end of a paired
    tag is searched in `body`."""
    if shortcode := _SHORTCODE.match(line):
        name = (shortcode["name"] or "").replace(" ", "")
        is_paired = f"/{name}" in body or f"/ {name}" in body
        return [_shown_tag(name, shortcode["rest"], is_paired=is_paired)]
    if call := _CALL.fullmatch(line.rstrip()):
        return [_shown_tag(call["name"], call["rest"])]
    if _LIQUID_LINE.match(line):
        return [_liquid(tag["name"], tag["rest"]) for tag in _LIQUID_TAG.finditer(line)]
    return None


_INLINE_SHORTCODE = re.compile(r"\{\{[<%] ?(?P<name>/? ?[\w./-]+)(?P<rest>[^{}\n]*?)/? ?[>%]\}\}")
_RAW = re.compile(r"\{%-?[ ]?(?:end)?raw[ ]?-?%\}")
_COMPUTED_LINK = re.compile(r"\[([^\[\]\n]+)\]\((?:\{[{%][^{}\n]*[}%]\}[^()\s{}]*)+\)")
"""A link whose URL is generated by a template."""
_COMPUTED_PICTURE = re.compile(r"!\[([^\[\]\n]*)\]\((?:\{[{%][^{}\n]*[}%]\}[^()\s{}]*)+\)(?:\{:[^{}\n]*\})?")
_UNSEEN = r"(?:(?<!\w)%%[^%\n]+%%|\{%-?[ \t]*\w[^{}\n]*?-?%\})"
_INLINE_UNSEEN = re.compile(rf"(?:(?<= )|\A){_UNSEEN}+ |{_UNSEEN}")
"""Comments of Obsidian and tags of Liquid within a line, with one of the spaces around them."""
_WORDPRESS = re.compile(
    r"\[(?P<end>/)?(?P<name>caption|wp_caption|embed|gallery|playlist|audio|video|youtube|vimeo|sourcecode)"
    r"(?P<rest>(?:[ \t][^\[\]\n]{1,500})?)\](?!\()"
)


def without_tags(text: str) -> str:
    """A text in which the tags within a line are replaced by their words."""
    for sign, pattern, replacement in _INLINE:
        if sign in text:
            text = pattern.sub(replacement, text)
    return text


def _inline_shortcode(found: re.Match[str]) -> str:
    name = found["name"].replace(" ", "")
    if name.startswith("/"):
        return ""
    arguments = _arguments(found["rest"])
    return arguments.words or (f"[{' '.join((name, *arguments.plain))}]" if any(arguments) else "")


def _wordpress(found: re.Match[str]) -> str:
    """A WordPress shortcode: its URL, the name of what it shows, or nothing if it only encloses text."""
    name = found["name"]
    if not found["rest"]:
        return "" if found["end"] or f"[/{name}]" in found.string else found[0]
    named, plain = _arguments(found["rest"])
    if address := next((value for value in (*named.values(), *plain) if "://" in value), ""):
        return address
    return "" if "caption" in name or name in ("embed", "sourcecode") else f"[{name}]"


_INLINE: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("{", _COMPUTED_PICTURE, r"![[\1]]"),
    ("{", _RAW, ""),
    ("{", _COMPUTED_LINK, r"\1"),
    ("{", _INLINE_SHORTCODE, _inline_shortcode),
    ("{", _CALL, _inline_shortcode),
    ("%", _INLINE_UNSEEN, ""),
    ("[", _WORDPRESS, _wordpress),
)
"""A sign that the text must contain, the pattern, and its replacement."""

"""Converts an entry's HTML to Markdown: cleaned first, then converted by html-to-markdown. One pass drops
what is not text (scripts, forms, frames, tracking pixels), makes URLs absolute, removes tracking parameters,
and escapes Markdown syntax. The library's own escaping is off: it puts a backslash before every hyphen, and
articles are files that people read and grep.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from html import escape, unescape
from html.parser import HTMLParser

from reader.article.markdown import first_paragraph
from reader.article.text import clean, clean_line
from reader.article.urls import UnsafeUrl, checked_url
from reader.feeds.entries import joined

MOST_DEPTH = 200
"""Maximum nesting of elements; deeper ones are omitted, their text stays."""

_SKIPPED = frozenset((
    "script", "style", "svg", "iframe", "form", "object", "embed", "applet", "canvas", "math", "template",
    "noscript", "head", "title", "button", "select", "textarea", "input", "frame", "frameset", "noframes",
    "dialog", "nav",
))  # fmt: skip
"""Elements that are removed with their content."""
_KEPT = frozenset((
    "a", "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd",
    "blockquote", "pre", "code", "em", "i", "strong", "b", "del", "s", "strike", "sub", "sup", "img",
    "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "div", "section", "article",
    "figure", "figcaption", "details", "summary", "kbd", "samp", "tt", "cite", "q",
))  # fmt: skip
_VOID = frozenset(("br", "hr", "img"))
_PLAYERS = frozenset(("iframe", "video", "audio", "source", "embed"))
_BLOCKS = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "blockquote", "div", "section", "article",
    "figure", "figcaption", "td", "th", "pre", "br", "hr", "tr", "table", "ul", "ol", "dl", "caption",
    "details", "summary",
))  # fmt: skip
_CLOSES = {
    "td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"}, "li": {"li"}, "dt": {"dt", "dd"},
    "dd": {"dt", "dd"}, "tbody": {"td", "th", "tr", "thead"},
}  # fmt: skip
"""Elements whose end tag may be missing: they are closed where the next one begins."""
_HOLDERS = frozenset(("table", "ul", "ol", "dl"))
_BACKSLASH = "\ue000"
"""Placeholder for our backslashes until the library has converted the text."""
_MARKS = re.compile(r"[\\`*\[\]<]|~~|==|_(?:(?<!\w_)|(?!\w))|&(?=#?\w{1,30};)|!(?=\[)")
_ESCAPED = rf"{_BACKSLASH}\g<0>"
_LINE_MARK = r"(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|[=~]{2,}|-{2,}|\d{1,9}(?=[.)](?:\s|$)))"
_LINE_START = re.compile(rf"\A(\s*){_LINE_MARK}")
_INNER_LINE = re.compile(rf"(\n[ \t]*){_LINE_MARK}")
_DECLARATION = re.compile("<[!?]")
_TAG = re.compile(r"<[a-zA-Z/!]")
_FIRST_TAG = re.compile(
    r"\s*<(?:p|div|h[1-6]|ul|ol|table|img|a|blockquote|figure|section|article|br|span|strong|em|b|i)\b[^<>]*>",
    re.IGNORECASE,
)
_LATER_TAG = re.compile(r"</[a-z]|<br|<img", re.IGNORECASE)
_TRACKING = re.compile(r"(?i)(?:utm_[^=&]*|fbclid|gclid|mc_cid|mc_eid)(?:=[^&]*)?")
_PIXELS = re.compile(
    r"(?i)feedburner\.com/~|/pixel\b|pixel\.(?:gif|png)|/b\.gif|feedsportal|doubleclick\.net"
)
_QUERY = re.compile("&(?=[a-zA-Z][a-zA-Z0-9]*=)")
"""A `&` in a URL that should be `&amp;`: `&section=2` is not a section sign."""
_HIDEABLE = frozenset(("div", "span", "table", "section", "td"))
_HIDDEN = re.compile(r"(?i)(?:^|[;\s])display\s*:\s*none")
_SMILEY = re.compile(r"(?i)\b(?:emoji|smiley)\b")
_LAID_OUT = frozenset(("<div>", "<h1>", "<h2>", "<h3>", "<ul>", "<ol>", "<pre>", "<blockquote>", "<hr>"))
"""Elements that never occur in the cells of a real table."""
_OF_TABLE = {
    f"<{mark}{tag}>": f"<{mark}div>"
    for tag in ("table", "tr", "td", "th", "thead", "tbody", "tfoot", "caption")
    for mark in ("", "/")
}
_CODE = frozenset(("code", "kbd", "samp", "tt", "pre"))
_TINY = re.compile(r"(?i)(?:width|height)\s*:\s*[01]px")
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight|brush:?)[-:]?\s?([\w+#.-]{1,30})")
_SIMPLE = re.compile(r"[^\W\d_][^\n`*_<\\!&|~=]{39,}(?=\n\n|\Z)")
"""A first paragraph that contains only text and links, as most do: it needs no parser."""
_INLINE = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_BLANK_LINES = re.compile(r"\n{3,}")


def converted(html: str, base: str) -> tuple[str, str]:
    """The HTML as clean Markdown, and the URL of the first picture that is larger than a pixel (empty
    if there is none). A string without a tag is treated as plain text."""
    html = clean(html)  # here too: the library drops an ESC but keeps the rest of its sequence
    if not html.strip():
        return "", ""
    if not _TAG.search(html):
        html = unescape(html)
        is_escaped_twice = _FIRST_TAG.match(html) and _LATER_TAG.search(html)
        html = html if is_escaped_twice else _from_text(html)
    cleaner = _Cleaner(base)
    cleaner.feed(without_declarations(_QUERY.sub("&amp;", html.replace(_BACKSLASH, ""))))
    cleaner.close()
    html = "".join(cleaner.out)
    text = _converted(html)
    if not text.strip("|- \n"):
        # The library returns nothing for tables nested too deeply: plain words are better.
        parts = (re.sub("<[^>]*>", " ", part).split() for part in html.split("</p>"))
        text = unescape("\n\n".join(" ".join(words) for words in parts if words))
    text = clean(text.replace(_BACKSLASH, "\\"))
    text = "\n".join(line.rstrip() + "  " * line.endswith("  ") for line in text.split("\n"))
    text = _BLANK_LINES.sub("\n\n", text.replace("  \n\n", "\n\n")).strip("\n").rstrip()
    return text, cleaner.pictures[0] if cleaner.pictures else ""


def excerpt_of(summary: str, body: str) -> str:
    """The first paragraph of the summary, or else of the body, as plain text."""
    if summary and (short := first_paragraph(summary)):
        return short
    if simple := _SIMPLE.match(body):
        text = clean_line(_INLINE.sub(r"\1", simple[0]))
        if "[" not in text:
            return first_paragraph(text)
    return first_paragraph(body)


def web_address(base: str, address: str) -> str:
    """The absolute http or https URL without tracking parameters; empty for other schemes."""
    try:
        return without_tracking(checked_url(joined(base, address)))
    except UnsafeUrl:
        return ""


def without_tracking(url: str) -> str:
    """The URL without `utm_*` and similar parameters."""
    head, mark, fragment = url.partition("#")
    path, question, query = head.partition("?")
    if question and _TRACKING.search(query):
        kept = [part for part in query.split("&") if not _TRACKING.fullmatch(part)]
        head = path + ("?" + "&".join(kept) if kept else "")
    return head + mark + fragment


def without_declarations(html: str) -> str:
    """The HTML without comments, declarations and CDATA marks: for each unclosed one, html.parser
    would scan to the end."""
    parts = []
    place = 0
    while found := _DECLARATION.search(html, place):
        begin = found.start()
        parts.append(html[place:begin])
        if html.startswith("<![CDATA[", begin):
            end = html.find("]]>", begin)
            place = end + 3 if end >= 0 else len(html)
            parts.append(escape(html[begin + 9 : max(end, begin + 9)], quote=False))
            continue
        mark = "-->" if html.startswith("<!--", begin) else ">"
        end = html.find(mark, begin + 2)
        place = end + len(mark) if end >= 0 else len(html)
    rest = "".join([*parts, html[place:]])
    last = rest.rfind(">") + 1  # an unclosed one there can't be a tag
    return rest[:last] + rest[last:].replace("<", "&lt;")


def _from_text(text: str) -> str:
    """Plain text as HTML: blank lines separate paragraphs, line breaks are kept, URLs become
    links."""
    paragraphs = []
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = [
            re.sub(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]", _as_link, escape(line.strip(), quote=False))
            for line in part.split("\n")
        ]
        paragraphs.append(f"<p>{'<br>'.join(lines)}</p>")
    return "".join(paragraphs)


def _in_brackets(url: str) -> str:
    """The URL in a form that is valid between Markdown's parentheses."""
    return url.replace("(", "%28").replace(")", "%29")


def _as_link(found: re.Match[str]) -> str:
    address = escape(unescape(found[0]))
    return f'<a href="{address}">{address}</a>'


def _converted(html: str) -> str:
    from html_to_markdown import ConversionOptions, HighlightStyle, convert

    options = ConversionOptions(
        extract_metadata=False, bullets="-", autolinks=False, default_title=False,
        max_depth=MOST_DEPTH + 20, highlight_style=HighlightStyle.NONE,
    )  # fmt: skip
    try:
        return convert(html, options).content or ""
    except Exception:  # whatever the library raises: the feed's other entries must not be lost
        return ""


def _escaped_at_line_start(found: re.Match[str]) -> str:
    mark = found[2]
    return found[1] + (mark + _BACKSLASH if mark[0].isdigit() else _BACKSLASH + mark)


class _Cleaner(HTMLParser):
    """Writes the HTML again, with only what is allowed."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self.out: list[str] = []
        """The allowed HTML so far."""
        self._open: list[str] = []
        self._skipping = 0
        self._skipped = ""
        self._players = 0
        self._tables: list[int] = []
        self._is_line_start = True
        self.pictures: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write the tag, replace it, or skip its content."""
        if self._skipping:
            if tag == self._skipped:
                self._skipping += 1
            return
        attributes = {name: value or "" for name, value in attrs}
        if tag in _PLAYERS:
            self._embedded(tag, attributes)
            self._players += tag in ("video", "audio")
        # Newsletters begin with a hidden preview line for mail programs.
        is_hidden = "hidden" in attributes or _HIDDEN.search(attributes.get("style", ""))
        if tag in _SKIPPED or (tag in _HIDEABLE and is_hidden):
            if tag not in ("input", "embed", "frame"):
                self._skipping, self._skipped = 1, tag
            return
        if tag in _BLOCKS:
            self._is_line_start = True
        if tag == "img":
            self._picture(attributes)
        elif tag == "a":
            self._link(attributes)
        elif tag in _VOID:
            self.out.append(f"<{tag}>")
        elif tag in _KEPT and len(self._open) < MOST_DEPTH:
            self._begin(tag, attributes)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _CLOSES:
            self._close_before(_CLOSES[tag])
        self._open.append(tag)
        if tag == "table":
            self._tables.append(len(self.out))
        attribute = ""
        if tag in ("code", "pre"):
            language = _LANGUAGE.search(attributes.get("class", "")) or _LANGUAGE.search(
                attributes.get("data-lang", "")
            )
            attribute = f' class="language-{escape(language[1])}"' if language else ""
        elif tag == "ol" and attributes.get("start", "").isdigit():
            attribute = f' start="{attributes["start"][:6]}"'
        self.out.append(f"<{tag}{attribute}>")

    def _close_before(self, ended: Set[str]) -> None:
        """Close elements that can't contain the next one."""
        depth = len(self._open)
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] in _HOLDERS:
                break
            if self._open[place] in ended:
                depth = place
        while len(self._open) > depth:
            self.out.append(f"</{self._open.pop()}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<x/>` means `<x>` in HTML, but it has no content here."""
        if tag not in _SKIPPED or tag == "iframe":
            self.handle_starttag(tag, attrs)
        if self._skipping and tag == self._skipped:
            self._skipping -= 1

    def handle_endtag(self, tag: str) -> None:
        """Close the element and any unclosed ones in it."""
        if self._skipping:
            self._skipping -= tag == self._skipped
            return
        if tag in _BLOCKS:
            self._is_line_start = True
        if tag in self._open[-12:]:
            while self._open:
                last = self._open.pop()
                self.out.append(f"</{last}>")
                if last == "table":
                    self._end_table()
                if last == tag:
                    break
        elif tag in ("video", "audio"):
            self._players = max(self._players - 1, 0)

    def _end_table(self) -> None:
        """Replace a table that is only used for layout, as in newsletters, with its content."""
        begin = self._tables.pop()
        tags = Counter(self.out[begin:])
        is_column = tags["<td>"] + tags["<th>"] <= tags["<tr>"]
        if is_column or (not tags["<th>"] and not tags.keys().isdisjoint(_LAID_OUT)):
            self.out[begin:] = [_OF_TABLE.get(part, part) for part in self.out[begin:]]

    def handle_data(self, data: str) -> None:
        """Write text, with Markdown syntax escaped."""
        if self._skipping or (self._players and len(data) < 200 and "browser" in data.lower()):
            return  # the second is a player's fallback text for browsers that can't play it
        if _CODE.isdisjoint(self._open):
            data = _MARKS.sub(_ESCAPED, data)
            if self._is_line_start and not data.isspace():
                data = _LINE_START.sub(_escaped_at_line_start, data)
                self._is_line_start = False
            if "\n" in data:
                data = _INNER_LINE.sub(_escaped_at_line_start, data)
        self.out.append(escape(data, quote=False))

    def _link(self, attributes: dict[str, str]) -> None:
        address = attributes.get("href", "").strip()
        if address.lower().startswith("mailto:"):
            found = "mailto:" + re.sub(r"[^\w.+@%=&?-]", "", address[7:300])
        else:
            found = web_address(self._base, address) if address else ""
        if found and len(self._open) < MOST_DEPTH and "a" not in self._open:
            self._open.append("a")
            self.out.append(f'<a href="{escape(_in_brackets(found))}">')

    def _picture(self, attributes: dict[str, str]) -> None:
        words = clean_line(attributes.get("alt", ""))
        if words and _SMILEY.search(f"{attributes.get('class', '')} {attributes.get('src', '')}"):
            self.handle_data(words[:20])
            return
        is_tiny = any(attributes.get(side, "").strip() in ("0", "1") for side in ("width", "height"))
        if is_tiny or _TINY.search(attributes.get("style", "")):
            return
        # Pages that load their pictures late have a tiny one, or none, in "src".
        named = [attributes.get(name, "") for name in ("src", "data-src", "data-lazy-src")]
        named += [attributes.get(name, "").partition(" ")[0] for name in ("srcset", "data-srcset")]
        address = next((one for one in named if one and not one.startswith("data:")), "")
        found = web_address(self._base, address)
        if not found or _PIXELS.search(found):
            return
        self.pictures.append(found)
        words = _MARKS.sub(_ESCAPED, words[:300])
        self.out.append(f'<img src="{escape(_in_brackets(found))}" alt="{escape(words)}">')
        self._is_line_start = False

    def _embedded(self, tag: str, attributes: dict[str, str]) -> None:
        """Replace a frame or a player with a link to its content."""
        found = web_address(self._base, attributes.get("src", ""))
        if found and not _PIXELS.search(found):
            word = {"audio": "Audio", "video": "Video", "source": "Media"}.get(tag, found.split("/")[2])
            self.out.append(f'<p><a href="{escape(_in_brackets(found))}">{escape(word)}</a></p>')

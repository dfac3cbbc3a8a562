"""Files that someone or something has made badly, each by a name that says what is wrong with it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

HEAD = "---\ntitle: Harbour\npublishedDateTime: 2024-01-02\n---\n"
HAN = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(20_000))


def _bomb(levels: int, joint: str) -> str:
    """Nine times nine times nine: YAML that grows while it is read."""
    lines = [f"a0: &a0 {{k: {'x' * 100}}}" if joint == "<<" else f"a0: &a0 [{'x, ' * 9}x]"]
    for level in range(1, levels):
        inner = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} " + (f"{{<<: [{inner}]}}" if joint == "<<" else f"[{inner}]"))
    return "---\ntitle: Harbour\n" + "\n".join(lines) + "\n---\nText.\n"


def _header(text: str) -> str:
    return f"---\ntitle: Harbour\n{text}\n---\nText.\n"


TEXTS: Mapping[str, bytes | str] = {
    "latin 1": "---\ntitle: Caf\xe9\n---\n\xdcber alles\n".encode("latin-1"),
    "every byte": bytes(range(256)) * 40,
    "UTF-16, little end": HEAD.encode("utf-16"),
    "UTF-16, big end": b"\xfe\xff" + HEAD.encode("utf-16-be"),
    "UTF-16, half a character": HEAD.encode("utf-16")[:-1],
    "UTF-32": HEAD.encode("utf-32"),
    "a mark of UTF-8": b"\xef\xbb\xbf" + HEAD.encode(),
    "old Macintosh": HEAD.replace("\n", "\r"),
    "Windows": HEAD.replace("\n", "\r\n"),
    "a few NUL": HEAD + "Text\0with\0NUL" + "x" * 200,
    "NUL alone": b"\0" * 100_000,
    "half a character at the end": (HEAD + "caf\u00e9").encode()[:-1],
    "surrogates": HEAD.encode() + b"\xed\xa0\x80\xed\xb0\x80",
    "no closing fence": "---\ntitle: Harbour\nText without an end\n" * 50,
    "only fences": "---\n---\n",
    "fences alone, many": "---\n" * 20_000,
    "empty": "",
    "blank": " \n\t\n" * 1000,
    "a header alone": "---\ntitle: Harbour\n---\n",
    "an image with another name": b"\x89PNG\r\n\x1a\n" + os.urandom(50_000),
    "a line of 3 MB": HEAD + "word " * 600_000,
    "a word of 3 MB": HEAD + "x" * 3_000_000,
    "a line of 3 MB in the header": _header("excerpt: " + "word " * 600_000),
    "300,000 lines": HEAD + "word\n" * 300_000,
    "300,000 lines of header": _header("\n".join(f"k{number}: v" for number in range(300_000))),
    "300,000 topics": _header("topics:\n" + "- topic\n" * 300_000),
    "20,000 related": _header("related:\n" + "- title: x\n  webUrl: https://a.example/\n" * 20_000),
    "20,000 open brackets": _header("topics: " + "[" * 20_000),
    "20,000 open braces": _header("topics: " + "{a: " * 20_000),
    "20,000 levels by indent": _header("\n".join(" " * n + "a:" for n in range(700)) + "\n" + "- " * 20_000),
    "brackets in the fast lane": _header('topics: ["' + "[" * 20_000 + '"]'),
    "aliases that multiply": _bomb(9, ""),
    "merges that multiply": _bomb(9, "<<"),
    "an alias of itself": _header("topics: &a [*a]"),
    "a merge of itself": _header("x: &a {<<: *a}"),
    "an unknown alias": _header("topics: *nobody"),
    "Python's tags": _header('x: !!python/object/apply:os.system ["touch PWNED"]\ny: !!python/name:os.dup'),
    "binary and sets": _header("x: !!binary aGVsbG8=\ny: !!set {a, b}\nz: !!omap [a: 1]"),
    "the same key twice": _header("quality: 5\nquality: 7\ntitle: Another"),
    "wrong types": _header(
        "topics: {a: [b]}\nprovider: [1, {x: y}]\nquality: [9]\nauthor: {a: b}\nrelated: 7\nimages: true\n"
        "publishedDateTime: {y: 2024}\nexcerpt: [a, b]\noriginalUrl: [x]\npublished: maybe\nheat: warm"
    ),
    "null everywhere": _header("topics: ~\nprovider: null\nquality:\nrelated: [~, {title: ~}]\nimages: [~]"),
    "keys that are no text": _header("? [a, b]\n: c\n1: 2\ntrue: false\n~: x\n2024-01-01: y"),
    "dates out of range": _header("publishedDateTime: 99999-13-45T99:99:99+99:99\ndate: 0000-00-00"),
    "dates at the edges": _header("publishedDateTime: 9999-12-31T23:59:59-23:59"),
    "the year one": _header("publishedDateTime: 0001-01-01T00:00:00+23:59"),
    "huge numbers": _header(f"quality: {'9' * 5000}\nheat: 1e999999999\ny: 1:{'59:' * 2000}0"),
    "numbers that are none": _header("quality: .nan\nheat: -.inf\nx: 1_000__"),
    "a hostile URL": _header('originalUrl: "javascript:alert(1)"\nwebUrl: "https://a.example\\n--x"'),
    "a URL of 1 MB": _header("originalUrl: https://a.example/" + "x" * 1_000_000),
    "TOML that is none": "+++\ntitle = \"Harbour\"\ntopics = [[[[[[[\n+++\nText.\n",
    "TOML, deep": "+++\ntitle = 'Harbour'\nx = " + "[" * 5000 + "]" * 5000 + "\n+++\nText.\n",
    "quotes that never end": '---\ntitle: "Harbour\nexcerpt: \'no end\n---\nText.\n',
    "tabs as indents": "---\ntitle: Harbour\n\ttopics:\n\t- a\n---\nText.\n",
    "50,000 quotes in Markdown": HEAD + ">" * 50_000 + " deep\n",
    "lists in lists": HEAD + "\n".join(" " * (2 * n) + "- a" for n in range(500)),
    "20,000 open links": HEAD + "[" * 20_000,
    "20,000 stars": HEAD + "*a " * 20_000,
    "20,000 underscores": HEAD + "_" * 20_000 + "a" + "_" * 20_000,
    "backticks of all lengths": HEAD + " ".join("`" * n for n in range(1, 600)),
    "a table of 5,000 columns": HEAD + "|a" * 5000 + "|\n" + "|-" * 5000 + "|\n" + "|b" * 5000 + "|\n",
    "20,000 marks on a letter": HEAD + "e" + "\u0301" * 20_000,
    "nothing but joiners": HEAD + "\u200d" * 100_000,
    "60,000 escapes": HEAD + "\x1b[31m" * 60_000,
    "an escape that never ends": HEAD + "\x1b]0;" + "x" * 300_000,
    "70,000 stars within a word": HEAD + "*a" * 70_000,
    "30,000 lines of one letter": HEAD + "\u65e5\n" * 30_000,
    "35,000 letters that fold to words": HEAD + "\ufdfa\n" * 35_000,
    "750,000 letters that fold to phrases": HEAD + "\ufdfa " * 750_000,
    "a million tags": HEAD + "<b>" * 1_000_000,
    "a million tags with blanks": HEAD + "<i> " * 750_000,
    "a million Han": HEAD + HAN * 50,
    "750,000 Han, one a line": HEAD + "\n".join(HAN * 37 + HAN[:10_000]) + "\n",
    "100,000 footnotes": HEAD + "\n".join(f"[^{number}]: a note" for number in range(100_000)),
    "12 marks on each of 120,000 letters": HEAD + ("e" + "\u0301" * 12) * 120_000,
    "600,000 comments that are left open": HEAD + "<!--" * 600_000,
    "600,000 escapes that are left open": HEAD + "\x1b]0;" * 600_000,
    "400,000 lines of a list": HEAD + "1. a\n" * 400_000,
    "16 MB of four bytes each": HEAD + "\U0001f600" * 4_200_000,
}  # fmt: skip
"""What a file may hold."""


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.write(HEAD.encode() + b"Text.\n" * 4_000_000)
        file.truncate(200 << 20)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(HEAD.encode())
        file.truncate(4 << 30)


def _deep(path: Path) -> None:
    folder = path.parent.joinpath(*["d" * 20] * 60)
    folder.mkdir(parents=True)
    (folder / path.name).write_text(HEAD)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)
    (path.parent / "loop").symlink_to(".", target_is_directory=True)


def _out(path: Path) -> None:
    path.symlink_to("/etc/hostname")
    (path.parent / "out").symlink_to("/usr", target_is_directory=True)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        try:
            os.chdir(path.parent)  # an address has at most 108 bytes
            made.bind(path.name)
        finally:
            os.chdir(here)


def _device(path: Path) -> None:
    with suppress(OSError):  # only the administrator may
        os.mknod(path, 0o20644, os.makedev(1, 5))


NAMES = (
    b"\xff\xfe\x9b31m", b"a\nb", b"\x1b]0;x\x07", b"-rf", b"$(id)", b"[@click=app.quit]", b"%s%n", b" ", b".",
    b"x" * 252, "\u202e".encode(), b"'\"",
)  # fmt: skip


def _names(path: Path) -> None:
    for name in NAMES:
        with open(os.path.join(os.fsencode(path.parent), name + b".md"), "w", encoding="utf-8") as file:
            file.write(HEAD)


def _crowd(path: Path) -> None:
    for number in range(400):
        (path.parent / f"{number}.md").write_text(HEAD.replace("Harbour", f"Harbour {number % 3}"))


SPECIAL: Mapping[str, Callable[[Path], None]] = {
    "200 MB": _large,
    "4 GB with a hole": _sparse,
    "a folder": Path.mkdir,
    "60 folders deep": _deep,
    "links in a circle": _loop,
    "links that lead out": _out,
    "a pipe": lambda path: os.mkfifo(path),
    "a socket": _socket,
    "an endless device": _device,
    "names of all kinds": _names,
    "400 of one name": _crowd,
}
"""What may be where a file should."""

KINDS = (*TEXTS, *SPECIAL)


def make(kind: str, folder: Path) -> None:
    """Put one kind into a folder."""
    path = folder / "hostile.md"
    if kind in SPECIAL:
        SPECIAL[kind](path)
        return
    content = TEXTS[kind]
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))

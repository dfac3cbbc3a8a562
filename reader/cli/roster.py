"""The commands there are, and which one the arguments mean: known before any command or parser is loaded."""

from __future__ import annotations

COMMANDS = {
    "list": ("listing", "the headlines, in one of nine formats"),
    "count": ("listing", "how many articles there are"),
    "facets": ("listing", "the topics, providers, categories or types with their counts"),
    "views": ("viewing", "your saved queries, with how many articles and how many unread each has"),
    "show": ("single", "whole articles"),
    "open": ("single", "open an article's page in your browser"),
    "mark": ("marking", "mark articles as read, starred or tagged"),
    "export-marks": ("marking", "write what you read, starred and tagged to a file"),
    "import-marks": ("marking", "take such a file in"),
    "index": ("upkeep", "bring the index up to date"),
    "check": ("upkeep", "what in the files could not be understood"),
    "relay": ("relay", "on your own machine: open the pages that a reader on a server asks for"),
    "config": ("about", "where the configuration is, what it says, which keys there are"),
    "doctor": ("doctor", "what this terminal can do, which opener, which paths"),
    "completion": ("about", "the completion script for your shell"),
}
"""Each command's module in this package and what it does, in the order of the help."""

GROUPS = {
    "reading and finding": ("list", "count", "facets", "views", "show", "open"),
    "marking": ("mark", "export-marks", "import-marks"),
    "keeping the collection": ("index", "check"),
    "this program": ("config", "doctor", "completion", "relay"),
}
"""The commands under the headings of the help."""

TAKE_VALUE = frozenset((
    "-q", "--query", "--view", "-t", "--topic", "-p", "--provider", "--category", "--type", "--tag",
    "--since", "--until", "--min-quality", "--min-heat", "--sort", "--limit",
    "--format", "--fields", "--template", "--related", "--ids", "--port", "--socket",
))  # fmt: skip
"""The options that are followed by a value: needed before any parser is made, to find the command."""


def find_command(argv: list[str]) -> tuple[str, list[str]]:
    """The command that the first word names, and the arguments without it; empty for the bare command."""
    place = 0
    while place < len(argv) and argv[place] != "--":
        arg = argv[place]
        if arg.startswith("-") and arg != "-":
            place += 2 if arg in TAKE_VALUE else 1
            continue
        if arg in COMMANDS:
            return arg, argv[:place] + argv[place + 1 :]
        break
    return "", argv

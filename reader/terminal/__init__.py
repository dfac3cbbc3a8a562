"""What this terminal can do, and why, mostly without querying the terminal itself. A reply that never arrives
would delay the start, so only the environment, the parent processes and tmux are examined. Decisions are pure
functions of these facts, so each can be tested without such a terminal.
"""

from collections.abc import Mapping

from reader.terminal.decide import decide
from reader.terminal.facts import (
    ALLOWED,
    TRUECOLOUR,
    Facts,
    Finding,
    Setting,
    Terminal,
    ask,
    beside_the_pipe,
    choices,
    collect,
)

__all__ = ["ALLOWED", "TRUECOLOUR", "Facts", "Finding", "Terminal", "decide"]


def glance(configured: Mapping[str, Setting]) -> Terminal:
    """The terminal that this process runs in, as far as known without starting a program: takes half a
    millisecond. Inside tmux the variables may be out of date; see `here`."""
    return decide(collect(choices(configured), asks_tmux=False))


def here(configured: Mapping[str, Setting], remote: bool | None = None) -> Terminal:
    """The terminal that this process runs in; inside tmux after querying tmux, which takes some milliseconds
    and at most a second, so not before the first paint."""
    return decide(collect(choices(configured, remote), asks_tmux=True))


def examined(configured: Mapping[str, Setting], remote: bool | None = None) -> Terminal:
    """The terminal that this process runs in, after querying it too; can take some seconds.

    If stdout is piped, the terminal on stderr is described without being queried.
    """
    facts = collect(choices(configured, remote), asks_tmux=True)
    if not facts.is_tty:
        return decide(beside_the_pipe(facts))
    if facts.env.get("TERM", "") in ("", "dumb"):
        return decide(facts)
    # The Linux console prints kitty's query instead of ignoring it, and multiplexers don't answer it.
    is_plain = facts.env.get("TERM") != "linux" and not decide(facts).multiplexer
    return decide(facts._replace(answers=ask(also_kitty=is_plain)))

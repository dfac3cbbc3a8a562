"""Records without `typing`: they are what typing's named tuples are."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from typing import NamedTuple as Plain

import pytest

from reader.records import NamedTuple


class Ours(NamedTuple):
    """A record."""

    first: int
    second: str
    """With a docstring of its own."""
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        """Something made of the fields."""
        return f"{self.first} {self.second}"


class Theirs(Plain):
    """A record."""

    first: int
    second: str
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        """Something made of the fields."""
        return f"{self.first} {self.second}"


class One(NamedTuple):
    """A record of one field."""

    only: int = 1


def outcome(action: Callable[[], object]) -> str:
    """What comes of it, in words that name neither class."""
    try:
        return repr(action()).replace("Theirs", "Ours")
    except (TypeError, ValueError, AttributeError) as error:
        return f"{type(error).__name__}: {error}".replace("Theirs", "Ours")


def _refused(act: Callable[[], object]) -> str:
    """What is said against it: a ValueError until Python 3.12, then a TypeError."""
    with pytest.raises((TypeError, ValueError)) as found:
        act()
    return str(found.value)


@pytest.mark.parametrize(
    "use",
    [
        lambda made: made(1, "b"),
        lambda made: made(second="b", first=1, third=(2,)),
        lambda made: made(1),
        lambda made: made(1, "b", fourth=2),
        lambda made: made(1, "b", (), 4),
        lambda made: made._make((1, "b", ())),
        lambda made: made._make((1, "b")),
        lambda made: made(1, "b")._replace(first=3),
        lambda made: _refused(lambda: made(1, "b")._replace(fourth=3)),
        lambda made: made(1, "b")._asdict(),
        lambda made: made(1, "b").both,
        lambda made: made(1, "b") == (1, "b", ()),
        lambda made: hash(made(1, "b")) == hash((1, "b", ())),
        lambda made: (made._fields, made._field_defaults, made.__match_args__, made.__doc__),
        lambda made: copy.copy(made(1, "b")),
        lambda made: pickle.loads(pickle.dumps(made(1, "b"))),
        lambda made: setattr(made(1, "b"), "first", 2),
        lambda made: made(1, "b").__dict__,
        lambda made: type(made),
    ],
)
def test_a_record_is_a_named_tuple(use: Callable[[Any], object]) -> None:
    """Whatever is done with a record comes out as with typing's."""
    assert outcome(lambda: use(Ours)) == outcome(lambda: use(Theirs))


def test_a_record_of_one_field_and_a_subclass() -> None:
    """One field is a tuple of one; a class made of a record's makes its own."""

    class More(One):
        """The same with a name of its own."""

    assert (More(2), type(More(2))) == ((2,), More)
    assert (One(), type(One())) == ((1,), One)


def test_defaults_come_last() -> None:
    """A field without a default behind one with a default is a mistake that is told."""
    with pytest.raises(TypeError, match="stand behind"):
        type(NamedTuple.__mro_entries__(())[0])(  # type: ignore[attr-defined]
            "Wrong", (), {"__annotations__": {"first": int, "second": int}, "first": 1}
        )


def test_records_need_no_typing() -> None:
    """A record is made without `typing`, which is what they are for."""
    code = (
        "import sys; from reader.records import NamedTuple\nclass A(NamedTuple):\n  a: int = 1\nprint(A())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + "sys.exit('typing' in sys.modules)"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "A(a=1)\n"), done.stderr

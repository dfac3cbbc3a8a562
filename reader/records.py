"""Records, and names that only type checkers need, without importing `typing`.

A record is written and behaves as with `typing.NamedTuple`, and that is what type checkers take it for. What
is different is its price: `typing` takes as long to load as SQLite, and `collections.namedtuple` compiles a
constructor for each class, also for those of which a start makes none. Here the first one made compiles it.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]  # what `namedtuple` itself is made of

TYPE_CHECKING = False
"""As `typing.TYPE_CHECKING`: type checkers take any name spelled so for true."""

if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as NamedTuple
    from typing import Protocol as Protocol
else:
    Protocol = object

    class _Record(tuple):
        """What all records share."""

        __slots__ = ()
        _fields = ()
        _field_defaults = {}

        def __new__(cls, *values, **named):
            owner = next(one for one in cls.__mro__ if "_fields" in vars(one))
            owner.__new__ = staticmethod(_constructor(owner))
            return owner.__new__(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **changed):
            made = self._make(map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"Got unexpected field names: {list(changed)!r}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            told = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({told})"

        def __getnewargs__(self):
            return tuple(self)

    class _Maker(type):
        """Makes the classes: their fields are the names that the body annotates."""

        def __new__(cls, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            if list(defaults) != list(fields[len(fields) - len(defaults) :]):
                raise TypeError(f"{name}: fields with a default stand behind those without one")
            body.update(__slots__=(), _fields=fields, _field_defaults=defaults, __match_args__=fields)
            for place, field in enumerate(fields):
                body[field] = _tuplegetter(place, None)
            return type(name, (_Record,), body)

    class _Base:
        """Stands for the base in a class statement, so that the class made is of no metaclass."""

        _entries = (type.__new__(_Maker, "NamedTuple", (), {}),)

        def __mro_entries__(self, bases):
            return self._entries

    NamedTuple = _Base()


def _constructor(record: Any) -> Any:
    """The `__new__` of a record's class."""
    fields, defaults = record._fields, record._field_defaults
    made = "".join(f"{field}, " for field in fields)
    space = {"_new": tuple.__new__, "__builtins__": {}, "__name__": record.__module__}
    new = eval(f"lambda _cls, {made}: _new(_cls, ({made}))", space)
    new.__name__, new.__qualname__ = "__new__", f"{record.__qualname__}.__new__"
    new.__defaults__ = tuple(defaults.values())
    return new

"""Parses dates in files: ISO 8601, formats of mail, feeds and programs, and months by name. Strict: an
ambiguous or invalid text is rejected. A date without a time is a calendar day, not an instant. Dates in
queries are parsed by `reader.article.dates`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from reader.article.dates import When, offset
from reader.article.text import fold

_MONTHS_AS_WRITTEN = (
    # English, German, French, Spanish, Italian, Portuguese, Dutch and Nordic names, without accents. No name
    # is ambiguous.
    "january januar januari janvier enero gennaio janeiro jan janv ene gen",
    "february februar februari fevrier febrero febbraio fevereiro feb febr fevr fev",
    "march marz maerz mars marzo marco maart mar mrt",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio maio mei maj mag",
    "june juni juin junio giugno junho jun giu",
    "july juli juillet julio luglio julho jul juil lug",
    "august aout agosto augustus augusti aug ago",
    "september septembre septiembre settembre setembro sep sept set",
    "october oktober octobre octubre ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december dezember decembre diciembre dicembre dezembro desember dec dez dic des",
)
MONTHS = tuple(names.partition(" ")[0] for names in _MONTHS_AS_WRITTEN)
_MONTHS = {name: number for number, names in enumerate(_MONTHS_AS_WRITTEN, start=1) for name in names.split()}
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun"
    " montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"
    " lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miercoles jueves viernes sabado"
    " domingo lunedi martedi mercoledi giovedi venerdi sabato domenica"
    " maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
)
_NOISE = frozenset(f"{_WEEKDAYS} of the at on de del den le um uhr".split())
"""Words in a date that have no meaning."""

_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "msk": 3, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "hst": -10, "akst": -9, "akdt": -8, "pst": -8, "pdt": -7, "mst": -7, "mdt": -6, "cst": -6, "cdt": -5,
    "est": -5, "edt": -4,
}  # fmt: skip
"""Hours ahead of UTC. The American ones are those of RFC 822; BST and IST are ambiguous."""

_VAGUE_ZONES = frozenset(["bst", "ist", "ast", "amt", "cct", "ect", "gst", "nt", "sst", "wst"])
"""Ambiguous names of zones."""
# A place in the zone database, alone or in brackets (RFC 9557).
_PLACE = re.compile(
    r"(?a)[\[(]?(?<![\w/+-])([A-Za-z]{2,20}(?:/[A-Za-z][A-Za-z0-9_+-]{1,40}){1,2})(?![\w/])[\])]?"
)

# Behind the time: a name in parentheses (JavaScript), a zone in brackets (RFC 9557), a counter (Go).
_TAIL = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|m=[+-][\d.]+)$")
_CLOCK = re.compile(
    r"(?a)(?<![\d:])(\d{1,2})"
    r"(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s*([ap])\.?m\b\.?)?|\s*([ap])\.?m\b\.?)(?![\d:])"
    r"(?:\s*(?:utc|gmt|ut)?([+-]\d{1,2}(?::?\d\d)?)(?![\d:])(?:\s+(?:[+-]\d\d(?:\d\d)?|[a-z]{2,5})(?=\s*$))?)?"
)
_T = re.compile(r"(?a)(?<=\d)t(?=\d{1,2}:)|(?<=/\d{4}):(?=\d\d:)")
"""The separator of day and time in ISO 8601 and in server logs."""
_EAST_ASIAN = re.compile("(?a)(\\d{4})\\s*[年년]\\s*(\\d{1,2})\\s*[月월]\\s*(\\d{1,2})\\s*[日일]")
_PARTS = re.compile(r"[^\s,./-]+")
_DAY = re.compile(r"(?a)(\d{1,2})(?:st|nd|rd|th|er|o)?")
_YEAR = re.compile(r"(?a)\d{4}")
_YEAR_OF_MAIL = re.compile(r"(?a)\d\d")
_LONGEST = 100
"""Maximum length of a date."""

FOLDER_PAGES = frozenset(("index", "_index", "readme"))
"""Names of files that stand for their folder (Hugo's and Docusaurus' page bundles)."""

_IN_NAME = re.compile(
    r"(?a)(\d{4})([-_.])(\d{2})\2(\d{2})(?=[-_. ]|$)"
    r"|((?:19|20)\d\d)()(\d{2})(\d{2})(?:T?\d{4}(?:\d\d)?)?(?=[-_. ]|$)"
)
"""The day that a name begins with: `2021-06-18`, `2021_06_18` (Logseq), `20210618` or `202106181343` (a slip
box), `20210618T134300` (Denote)."""
_IN_PATH = re.compile(r"(?a)(?:^|/)(\d{4})/(\d{2})[/-](\d{2})(?=[-_. /]|$)")


def parse_date(text: str) -> When:
    """Parses a file's date as an instant (aware, in UTC) or a calendar day. A time without a zone is UTC.
    Raises ValueError with a clause that describes the error.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _loose(text)
    size = len(text)
    if size <= 10:
        if size <= 8 and "W" in text:
            raise _refused(text, "a week is not a day")
        return found.date()
    # It accepts any character as separator, and so some numbers as dates.
    return _loose(text) if text.isdecimal() else _in_utc(found, text)


def date_in_name(relative_path: str) -> date | None:
    """The day that a file's name begins with (`2021-06-18-title.md`, `20210618 title.md`), or its folder's
    (`2021-06-18-title/index.md`), else that its folders spell (`2021/06/18/title.md`, `2021/06-18-title.md`);
    None if there is no such day."""
    path = relative_path.replace("\\", "/")
    folder, _, file = path.rpartition("/")
    stands_for_folder = file.partition(".")[0].lower() in FOLDER_PAGES
    if named := parted_name(folder.rpartition("/")[2] if stands_for_folder else file):
        return named[0]
    for found in reversed(list(_IN_PATH.finditer(path))):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            continue
    return None


def parted_name(name: str) -> tuple[date, str] | None:
    """The day that a name begins with, and the rest of the name; None if it begins with no day."""
    found = _IN_NAME.match(name)
    if not found:
        return None
    try:
        day = date(*(int(part) for part in found.groups() if part and part.isdecimal()))
    except ValueError:
        return None
    return day, name[found.end() :].lstrip("-_. ")


def _loose(text: str) -> When:
    """Parses what `fromisoformat` rejects."""
    bare = text.strip()
    if len(bare) > _LONGEST:
        raise _refused(text)
    try:
        if bare.isdecimal():
            return _digits(bare)
        place = _PLACE.search(bare) if "/" in bare else None
        if place and place[1].partition("/")[0].lower() not in (*_MONTHS, *_NOISE, *_ZONES):
            return _read(fold(bare[: place.start()] + bare[place.end() :]), _zone_of(place[1]))
        return _read(fold(bare))
    except (OverflowError, OSError):
        raise _refused(text, "it is outside the years 1 to 9999") from None
    except ValueError as error:
        raise _refused(text, str(error)) from None


def _digits(text: str) -> When:
    """Seconds or milliseconds since 1970, or a date and time without separators."""
    if len(text) in (10, 13) and text[0] == "1":
        # Those with ten digits that begin otherwise could also be a date with an hour.
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").date()
    if len(text) in (12, 14):
        return datetime.strptime(f"{text:0<14}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    raise ValueError


def _zone_of(place: str) -> tzinfo:
    """The zone of a name like "Europe/Paris". Raises ValueError."""
    from zoneinfo import ZoneInfo  # few dates have one

    for name in (place, re.sub("(?<![a-z])[a-z]+", lambda word: word[0].capitalize(), place.lower())):
        try:
            return ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            continue
    raise ValueError(f"unknown time zone {place}")


def _read(text: str, place: tzinfo | None = None) -> When:
    """A date in folded text; `place` is the zone if the time has none. Raises ValueError."""
    text = _EAST_ASIAN.sub(r"\1-\2-\3 ", _T.sub(" ", text.replace("\u2212", "-")))
    while (shorter := _TAIL.sub("", text)) != text:
        text = shorter
    clock = _CLOCK.search(text)
    if not clock:
        return _day(_PARTS.findall(text), is_mail=False)
    zone: tzinfo = offset(clock[7]) if clock[7] else place or UTC
    parts = []
    for part in _PARTS.findall(f"{text[: clock.start()]} {text[clock.end() :]}"):
        if part in _ZONES and not clock[7]:
            zone = offset(f"{_ZONES[part]:+03}")
        elif part in _VAGUE_ZONES:
            raise ValueError(f"{part.upper()} stands for several time zones")
        else:
            parts.append(part)
    hour, half = int(clock[1]), clock[5] or clock[6]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("there is no such hour")
        hour = hour % 12 + (12 if half == "p" else 0)
    day = _day(parts, is_mail=True)
    micro = int(f"{clock[4] or '':0<6.6}")
    minute, second = int(clock[2] or 0), int(clock[3] or 0)
    # The end of a day is the beginning of the next; a leap second is the one before it.
    is_end = (hour, minute, second) == (24, 0, 0) and not half
    hour, second = 0 if is_end else hour, 59 if second == 60 else second
    found = datetime(day.year, day.month, day.day, hour, minute, second, micro, tzinfo=zone)
    return _in_utc(found + timedelta(days=is_end), text)


def _day(parts: list[str], *, is_mail: bool) -> date:
    """The day given by three parts of a date in any order, if unambiguous. `is_mail`: with a time beside it,
    "5 Apr 21" is the old format of mail and feeds.
    """
    parts = [part for part in parts if part not in _NOISE]
    if len(parts) == 1 and len(parts[0]) == 8 and parts[0].isdecimal():
        return datetime.strptime(parts[0], "%Y%m%d").date()
    months = [part for part in parts if part in _MONTHS]
    if len(parts) != 3 or len(months) > 1:
        raise ValueError
    if not months:
        return _day_of_numbers(parts)
    place = parts.index(months[0])
    first, last = parts[:place] + parts[place + 1 :]
    if _YEAR.fullmatch(first):
        first, last = last, first
    day = _DAY.fullmatch(first)
    if day and _YEAR.fullmatch(last):
        year = int(last)
    elif day and is_mail and place == 1 and _YEAR_OF_MAIL.fullmatch(last):
        year = int(last) + (2000 if int(last) < 50 else 1900)
    else:
        raise ValueError
    return date(year, _MONTHS[months[0]], int(day[1]))


def _day_of_numbers(parts: list[str]) -> date:
    first, second, last = parts
    if not all(part.isdecimal() and part.isascii() for part in parts) or len(second) > 2:
        raise ValueError
    if len(first) == 4 and len(last) <= 2:
        return date(int(first), int(second), int(last))
    if len(last) != 4 or len(first) > 2:
        raise ValueError
    year, one, other = int(last), int(first), int(second)
    if one <= 12 and other <= 12 and one != other:
        raise ValueError("it is ambiguous")
    return date(year, min(one, other), max(one, other))


def _in_utc(found: datetime, text: str) -> datetime:
    if found.tzinfo is UTC:
        return found
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise _refused(text, "it is outside the years 1 to 9999") from None


def _refused(text: str, why: str = "") -> ValueError:
    shown = f'"{text[:40]}{"…" if len(text) > 40 else ""}" is not a date'
    return ValueError(f"{shown}{': ' + why if why else ''}; write it like 2021-06-18 or 2021-06-18T13:43:00Z")

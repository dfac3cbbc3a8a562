"""The configuration: read in full, and never a reason to stop."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.config import Config, as_toml, load, summary
from reader.config.settings import TAG_COLOURS, colour_of
from tests.test_house import ROOT

PAGE = ROOT / "docs" / "config.md"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the test writes its configuration."""
    return tmp_path / "config.toml"


def test_without_a_file_all_is_default(file: Path) -> None:
    """No file is no mistake."""
    assert load(file) == (Config(), [])


def test_everything_can_be_set(file: Path) -> None:
    """Each key arrives in its field."""
    file.write_text(
        'collection = ["/news", "press"]\ntheme = "paper"\nmark_read_after = -1\ntext_width = 80\n'
        'rows = "compact"\nsidebar_width = 30\nquery = "topic:AI"\nsort = "-date"\n'
        'browser = ["firefox", "%s"]\nmute = ["topic:Horoscopes"]\n'
        '[keys]\nopen_page = "o,ctrl+o"\n[views]\n"Best ones" = "quality:>=80"\n'
    )
    assert load(file) == (
        Config(
            collection=(Path("/news"), file.parent / "press"),
            theme="paper",
            mark_read_after=-1.0,
            text_width=80,
            rows="compact",
            sidebar_width=30,
            query="topic:AI",
            sort="-date",
            browser=("firefox", "%s"),
            keys={"open_page": "o,ctrl+o"},
            views={"Best ones": "quality:>=80"},
            mute={"*": ("topic:Horoscopes",)},
        ),
        [],
    )


def test_one_text_is_a_list_of_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A single folder or program needs no brackets; "~" is the home."""
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.setenv("USERPROFILE", "/home/ana")
    file.write_text('collection = "~/news"\nbrowser = "firefox"\n')
    config, warnings = load(file)
    assert (config.collection, config.browser, warnings) == ((Path("/home/ana/news"),), ("firefox",), [])


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('thmee = "paper"', '"theme"'),
        ("theme = 3", "string"),
        ('text_width = "wide"', "72 is used"),
        ("text_width = true", "72 is used"),
        ("text_width = 5", "30 to 200"),
        ("mark_read_after = nan", "3600"),
        ("mark_read_after = -2", "3600"),
        ('rows = "huge"', '"compact"'),
        ("sidebar_width = 1.5", "12 to 80"),
        ("browser = [1]", "list of strings"),
        ('browser = [""]', "program"),
        ('collection = "a\\u0000b"', "folders"),
        ("views = 3", "[views]"),
        ("views = { a = 1 }", "[views]"),
        ('keys = { open_pgae = "o" }', '"open_page"'),
        ("mute = { a = 3 }", "list of strings"),
        ("query = 2021-06-18", "string"),
        (f"mute = 0x{'f' * 3600}", "a huge number"),
        (f"browser = [0x{'f' * 3600}]", "huge number"),
        (f"text_width = 0x{'f' * 3600}", "huge number"),
        (f"mark_read_after = 0x{'f' * 3600}", "huge number"),
        (f"thmee = 0x{'f' * 3600}", '"theme"'),
        (f"terminal = {{ colours = 0x{'f' * 3600} }}", "huge number"),
    ],
)
def test_a_mistake_is_one_warning_and_the_default(file: Path, line: str, hint: str) -> None:
    """The warning names the file, the key and what is expected; the other keys count."""
    file.write_text(f'{line}\nsort = "quality"\n')
    config, warnings = load(file)
    assert config == Config(sort="quality")
    assert len(warnings) == 1
    assert "config.toml" in warnings[0] and line.split()[0] in warnings[0] and hint in warnings[0]


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        (b'theme = "paper"\nrows = \n', "line 2"),
        (b'theme = "paper"\nrows = "\xff"\n', "line 2"),
        (b"x = " + b"[" * 100_000, "config.toml"),
        (b"x = " + b"9" * 10_000, "too many digits"),
        (b"#" * (2 << 20), "longer"),
    ],
)
def test_a_broken_file_is_one_warning(file: Path, raw: bytes, hint: str) -> None:
    """Where the file is no TOML at all, all is default and the line is named."""
    file.write_bytes(raw)
    config, warnings = load(file)
    assert config == Config()
    assert len(warnings) == 1
    assert hint in warnings[0]


def test_a_folder_in_its_place_is_a_warning(file: Path) -> None:
    """What can't be read is reported, not raised."""
    file.mkdir()
    config, warnings = load(file)
    assert config == Config()
    assert len(warnings) == 1


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_may_never_end_is_not_read(file: Path, kind: str) -> None:
    """A pipe or a device in its place is one warning, at once."""
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")
    config, warnings = load(file)
    assert config == Config()
    assert len(warnings) == 1 and "not a regular file" in warnings[0]


def test_all_warnings_are_one_notice() -> None:
    """The first, and how many more; one stays as it is."""
    assert summary([]) == []
    assert summary(["a: b"]) == ["a: b"]
    [notice] = summary(["a: b", "c", "d"])
    assert notice.startswith("a: b (and 2 more; ") and "reader config show" in notice


def test_text_from_the_file_is_cleaned(file: Path) -> None:
    """Escape sequences in names and values never reach the screen, in warnings neither."""
    file.write_text(
        'theme = "pa\\u001b[31mper"\n"bad\\u001b[2Jkey\\u202e" = 1\n'
        '[views]\n"a\\u0007b" = "x\\u001b]0;t\\u0007y"\n'
    )
    config, warnings = load(file)
    assert config.theme == "paper"
    assert config.views == {"ab": "xy"}
    assert all(warning.isprintable() for warning in warnings)


def test_what_is_printed_is_a_configuration(file: Path) -> None:
    """`reader config show` prints a file that means the same."""
    config = Config(
        collection=(Path("/ne ws"),),
        browser=("b", '"%s"'),
        keys={"open_page": "o"},
        views={'say "x"': 'title:"quiet week"'},
        mute={"*": ("a", "b"), "Unread": ("c",)},
        site=({"folder": "/src/a", "name": "A", "url": "https://a.example", "permalink": "/{year}/{slug}/"},),
    )
    file.write_text(as_toml(config))
    assert load(file) == (config, [])
    assert set(tomllib.loads(as_toml(Config()))) == set(Config._fields)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(Config._fields), st.integers() | st.text() | st.lists(st.text()) | st.booleans()
    )
)
def test_nothing_in_the_file_raises(file: Path, table: dict[str, object]) -> None:
    """Any value in any key is taken or warned about."""
    lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
    file.write_text("\n".join(lines), "utf-8")
    config, warnings = load(file)
    assert len(warnings) <= len(table)
    assert all(warning.isprintable() for warning in warnings)
    assert tomllib.loads(as_toml(config))


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
    return str(value).lower()


def test_the_page_s_example_is_a_good_configuration(file: Path) -> None:
    """The documentation shows every key, and what it shows raises no warning."""
    example = PAGE.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    file.write_text(example)
    assert load(file)[1] == []
    assert set(tomllib.loads(example)) == set(Config._fields)


def test_a_wrong_value_is_quoted_once(file: Path) -> None:
    """A text is in quotes, anything else as it is spelled."""
    file.write_text('mark_read_after = "soon"\ntext_width = [1, 2]\n')
    _, warnings = load(file)
    assert [warning.partition("not ")[2] for warning in warnings] == [
        '"soon"; 1.0 is used',
        "[1, 2]; 72 is used",
    ]


@pytest.mark.parametrize(
    ("site", "mistake"),
    [
        ('name = "A"', "needs a folder"),
        ('folder = "a"', "and a name or a url"),
        ('folder = "a"\nurl = "a.example"', "url: expected an address like"),
        ('folder = "a"\nname = "A"\npermalink = "/{slug}/"', "permalink needs url"),
        ('folder = "a"\nurl = "https://a.example"\npermalink = "/{when}/"', "not {when}"),
    ],
)
def test_a_site_with_a_mistake_is_left_out(file: Path, site: str, mistake: str) -> None:
    """One warning says which site and what is wrong; other sites are kept."""
    file.write_text(f'[[site]]\n{site}\n[[site]]\nfolder = "b"\nname = "B"\n')
    config, (warning,) = load(file)
    assert [one["name"] for one in config.site] == ["B"]
    assert config.site[0]["folder"] == str(file.parent / "b")
    assert "site 1" in warning and mistake in warning


def test_a_name_always_has_the_same_colour() -> None:
    """The colour depends on the name alone, whatever its case, today and tomorrow."""
    assert [colour_of(name, {}) for name in ("later", "LATER", "wörk")] == ["orange", "orange", "teal"]


def test_names_spread_over_all_colours() -> None:
    """Of some tags each colour is used."""
    assert {colour_of(f"tag {number}", {}) for number in range(64)} == set(TAG_COLOURS)


def test_the_chosen_colour_wins() -> None:
    """What the configuration says is taken, whatever the case of the tag."""
    assert colour_of("Later", {"later": "red"}) == "red"

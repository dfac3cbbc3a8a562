"""What the folders above an article say about it."""

from pathlib import Path

import pytest

from reader.article.record import Site
from reader.collection.files import load
from reader.collection.folders import Collection, Rules
from reader.collection.sites import MOST_BYTES, folder_of, provider_folder, shared_part, site_in


@pytest.mark.parametrize(
    ("relative", "folder"),
    [
        ("a.md", ""),
        ("sea/a.md", "sea"),
        ("land/2026/11/c.md", "land"),
        ("2026/11/30/c.md", ""),
        ("2026-11/land/c.md", "land"),
        ("land/20261102/fox/c.md", "land/fox"),
        ("blog/_posts/a.md", "blog"),
        ("_drafts/a.md", ""),
        ("chapter/11/a.md", "chapter/11"),
        ("2026/11/notes/7/a.md", "notes/7"),
    ],
)
def test_folder_without_dated_parts(relative: str, folder: str) -> None:
    """The sub-folder has neither dated parts nor Jekyll's own folders; a number alone is no date."""
    assert folder_of(relative) == folder


@pytest.mark.parametrize(
    ("folders", "shared"),
    [
        (["content/news", "content/notes"], "content"),
        (["news", "newspaper"], ""),
        (["a/b", "a/b/c"], "a/b"),
        (["a", ""], ""),
        (["a/b"], "a/b"),
        ([], ""),
    ],
)
def test_what_folders_share_is_whole_parts(folders: list[str], shared: str) -> None:
    """What all folders have in common ends where a part of the path ends."""
    assert shared_part(folders) == shared


@pytest.mark.parametrize(
    ("name", "text", "url"),
    [
        ("_config.yml", "title: Harbour Log\nurl: https://log.example/\nbaseurl: /a/", "https://log.example/a"),
        ("_config.yml", "name: Harbour Log # ours\nurl: https://log.example\nplugins: [x]",
         "https://log.example"),
        ("hugo.toml", "baseURL = 'https://log.example/'\ntitle = 'Harbour Log'", "https://log.example"),
        ("hugo.yaml", "baseURL: https://log.example/\ntitle: Harbour Log", "https://log.example"),
        ("config.json", '{"baseURL": "https://log.example/", "title": "Harbour Log"}', "https://log.example"),
        ("config.toml", 'base_url = "https://log.example"\ntitle = "Harbour Log"\n[extra]',
         "https://log.example"),
        ("config/_default/hugo.toml", "baseURL='https://log.example'\ntitle='Harbour Log'",
         "https://log.example"),
        ("_data/site.json", '{"title": "Harbour Log", "url": "https://log.example"}', "https://log.example"),
        ("src/_data/metadata.yaml", "title: Harbour Log\nurl: https://log.example", "https://log.example"),
    ],
)  # fmt: skip
def test_a_site_is_found_by_its_configuration(name: str, text: str, url: str, tmp_path: Path) -> None:
    """Jekyll, Hugo, Zola and Eleventy state title and address in their own ways."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    found = site_in(str(tmp_path))
    assert found is not None and found[:3] == (str(tmp_path), "Harbour Log", url)


@pytest.mark.parametrize(
    "text",
    [
        "title: Harbour Log", "url: https://log.example", "title: Harbour Log\nurl: /log", "\0\xff", "",
        "[" * 20_000, "a" * 2 * MOST_BYTES + "\ntitle: x\nurl: https://log.example",
        "title: [x]\nurl: https://log.example",
    ],
)  # fmt: skip
def test_other_configurations_are_no_site(text: str, tmp_path: Path) -> None:
    """Without title or address, broken, or too long: nothing is found, and nothing raises."""
    (tmp_path / "_config.yml").write_text(text, "latin-1")
    assert site_in(str(tmp_path)) is None


def test_a_link_is_no_configuration(tmp_path: Path) -> None:
    """Nothing outside the folder is read."""
    (tmp_path / "other.yml").write_text("title: Harbour Log\nurl: https://log.example")
    (tmp_path / "_config.yml").symlink_to(tmp_path / "other.yml")
    assert site_in(str(tmp_path)) is None


def test_the_first_folder_names_a_provider() -> None:
    """But not a date, nor one of Jekyll's own."""
    names = [provider_folder(path) for path in ("sea/2026/a.md", "2026/sea/a.md", "_posts/a.md", "a.md")]
    assert names == ["sea", "", "", ""]


def loaded(top: Path, name: str, text: str, rules: Rules = Rules(), root: str = "") -> tuple[str, str, str]:  # noqa: B008
    """The provider, the page and the base of an article in a file."""
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    collection = Collection([top / root], rules)
    list(collection.scan())
    article = load(collection.roots.place(0, str(path)))
    return article.provider.name, article.page, article.base


def test_an_article_has_its_provider_and_page_from_its_site(tmp_path: Path) -> None:
    """Its own words come first, the inner site before the outer, a declared one before one that is found."""
    (tmp_path / "_config.yml").write_text(
        "title: Outer\nurl: https://outer.example\npermalink: /:year/:title/"
    )
    date = "---\ndate: 2026-11-02\n---\nText.\n"
    outer = loaded(tmp_path, "posts/2026-11-02-lights.md", date, root="posts")
    assert outer == ("Outer", "https://outer.example/2026/lights/", "https://outer.example/2026/lights/")
    stated = loaded(tmp_path, "posts/own.md", "---\nprovider: Me\npermalink: /own/\n---\n", root="posts")
    assert stated == ("Me", "https://outer.example/own/", "https://outer.example/own/")
    undated = loaded(tmp_path, "posts/x.md", "Text.\n", root="posts")
    assert undated == ("Outer", "", "https://outer.example/")
    elsewhere = loaded(tmp_path, "posts/y.md", "---\nlink: https://www.else.example/y\n---\n", root="posts")
    assert elsewhere == ("else.example", "", "https://outer.example/")
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog/hugo.toml").write_text("title='Inner'\nbaseURL='https://inner.example'")
    assert loaded(tmp_path, "blog/content/a.md", date)[0] == "Inner"
    rules = Rules(sites=(Site(str(tmp_path), "Declared", "https://d.example", "/{folder}/{day}/{slug}"),))
    declared = loaded(tmp_path, "blog/content/lamp/index.md", date, rules)
    assert declared[:2] == ("Declared", "https://d.example/blog/content/lamp/02/lamp")


HUGO = "title = 'Log'\nbaseURL = 'https://log.example/'\n"
ZOLA = "title = 'Log'\nbase_url = 'https://log.example'\n"
JEKYLL = "title: Log\nurl: https://log.example\n"
DAY = "date: 2026-11-02"


@pytest.mark.parametrize(
    ("config", "file", "header", "page"),
    [
        (("hugo.toml", HUGO), "content/posts/Lights On.md", DAY, "/posts/lights-on/"),
        (("hugo.toml", HUGO), "content/posts/2026-11-02-lights.md", DAY, "/posts/2026-11-02-lights/"),
        (("hugo.toml", HUGO), "content/posts/lights/index.md", DAY, "/posts/lights/"),
        (("hugo.toml", HUGO), "content/posts/_index.md", DAY, "/posts/"),
        (("hugo.toml", HUGO), "content/about.md", DAY, "/about/"),
        (("hugo.toml", HUGO), "content/posts/a.md", f"{DAY}\nslug: b", "/posts/b/"),
        (("hugo.toml", HUGO), "content/posts/a.md", f"{DAY}\nurl: /x/y/", "/x/y/"),
        (("hugo.toml", HUGO), "content/posts/a.fr.md", DAY, ""),
        (("hugo.toml", HUGO), "content/posts/ålesund.md", DAY, ""),
        (("hugo.toml", HUGO), "content/ålesund/a.md", DAY, ""),
        (("hugo.toml", HUGO), "archetypes/a.md", DAY, ""),
        (("hugo.toml", HUGO + "[languages.fr]\nweight = 1"), "content/posts/a.md", DAY, ""),
        (("hugo.toml", "uglyURLs = true\n" + HUGO), "content/posts/a.md", DAY, "/posts/a.html"),
        (("hugo.toml", "contentDir = 'text'\n" + HUGO), "text/posts/a.md", DAY, "/posts/a/"),
        (
            ("hugo.toml", HUGO + "[permalinks]\nposts = '/:year/:month/:slug/'"),
            "content/posts/sub/a.md", DAY, "/2026/11/a/",
        ),
        (("hugo.toml", HUGO + "[permalinks.page]\nposts = '/:section/:title/'"), "content/posts/a.md",
         f"{DAY}\ntitle: The Lights", "/posts/the-lights/"),
        (("hugo.toml", HUGO + "[permalinks]\nposts = '/:year/:slug/'"), "content/posts/a.md", "title: x", ""),
        (("hugo.toml", HUGO + "[permalinks]\nposts = '/:odd/:slug/'"), "content/posts/a.md", DAY, ""),
        (("hugo.toml", HUGO + "[permalinks]\nposts = '/:year/:slug/'"), "content/notes/a.md", DAY,
         "/notes/a/"),
        (("config.toml", ZOLA), "content/blog/2026-11-02-lights_on.md", "", "/blog/lights-on/"),
        (("config.toml", ZOLA), "content/blog/2026-11-02-lights/index.md", "", "/blog/lights/"),
        (("config.toml", ZOLA), "content/blog/_index.md", "", "/blog/"),
        (("config.toml", ZOLA), "content/a.md", "slug: b", "/b/"),
        (("config.toml", ZOLA), "content/blog/a.md", "path: x/y", "/x/y"),
        (("_config.yml", JEKYLL), "_posts/2026-11-02-Lights.md", "", "/2026/11/02/Lights.html"),
        (("_config.yml", JEKYLL), "_posts/2026-11-02-a.md", "categories: [Sea, Land]",
         "/sea/land/2026/11/02/a.html"),
        (("_config.yml", JEKYLL), "news/_posts/2026-11-02-a.md", "category: Sea",
         "/news/sea/2026/11/02/a.html"),
        (("_config.yml", JEKYLL), "news/_posts/2026-11-02-a.md", "categories: sea land",
         "/news/sea/land/2026/11/02/a.html"),
        (("_config.yml", JEKYLL + "permalink: pretty"), "_posts/2026-11-02-a.md", "", "/2026/11/02/a/"),
        (("_config.yml", JEKYLL + "permalink: /:categories/:title"), "_posts/2026-11-02-a.md", "", "/a"),
        (("_config.yml", JEKYLL + "permalink: /:short_year/:i_month/:title/"), "_posts/2026-11-02-a.md", "",
         "/26/11/a/"),
        (("_config.yml", JEKYLL + "permalink: /:odd/:title/"), "_posts/2026-11-02-a.md", "", ""),
        (("_config.yml", JEKYLL), "about.md", DAY, ""),
    ],
)  # fmt: skip
def test_an_article_of_a_found_site_has_its_page(
    config: tuple[str, str], file: str, header: str, page: str, tmp_path: Path
) -> None:
    """By what the generator does with files, and by its permalinks; none if they don't show it."""
    (tmp_path / config[0]).write_text(config[1])
    found = loaded(tmp_path, file, f"---\n{header}\n---\nText.\n")[1]
    assert found == (f"https://log.example{page}" if page else "")


def test_folders_name_providers_where_there_are_several(tmp_path: Path) -> None:
    """One with articles is not several; without one the collection's name is."""
    (tmp_path / "top/pictures").mkdir(parents=True)
    assert loaded(tmp_path / "top", "sea/a.md", "Text.\n")[0] == "top"
    assert loaded(tmp_path / "top", "land/2026/a.md", "Text.\n")[0] == "land"
    assert loaded(tmp_path / "top", "2026/a.md", "Text.\n")[0] == "top"

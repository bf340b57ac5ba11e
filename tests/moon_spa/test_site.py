"""Sites: routes and their errors, the files of a site, and what may happen to them on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import moon_spa
from moon_spa.cli import cli
from moon_spa.site import files as site_files
from moon_spa.site.build import build
from moon_spa.site.config import pattern_of, read_site
from moon_spa.site.files import MANIFEST, write_site
from tests.moon_spa.shop import ABOUT, HOME, ITEM, SITE, write_shop

PAGES = ["404.html", "about/us/index.html", "index.html", "item/1/index.html", "item/2/index.html", "site.js"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_shop(tmp_path)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["build", *map(str, arguments)], catch_exceptions=False)


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a folder, hidden ones too."""
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()
    }


def errors(folder: Path) -> list[tuple[str, int, str]]:
    """Codes, lines and messages of a site that is refused."""
    with pytest.raises(moon_spa.ComponentError) as caught:
        build(read_site(folder))
    return [(one.code, one.span.line, one.message) for one in caught.value.diagnostics]


def test_a_site_has_a_page_for_each_address(shop: Path) -> None:
    result = run(shop, "-o", "site")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "site: 5 pages, 6 files written, 0 removed\n"
    made = tree(Path("site"))
    assert list(made) == [MANIFEST, *PAGES]
    assert b"<title>An item \xc2\xb7 Shop</title>" in made["item/2/index.html"]
    assert b"<h1>Item 2</h1><p>EUR</p>" in made["item/2/index.html"]
    assert b'<script src="../../site.js">' in made["item/2/index.html"]
    assert b'<script src="/site.js">' in made["404.html"]
    assert b"<h1>Lost</h1>" in made["404.html"]


def test_the_same_folder_gives_the_same_bytes(shop: Path) -> None:
    run(shop, "-o", "one")
    run(shop, "-o", "two")
    assert tree(Path("one")) == tree(Path("two"))
    before = {path: path.stat().st_mtime_ns for path in Path("one").rglob("*")}
    assert run(shop, "-o", "one").stdout == "one: 5 pages, 0 files written, 0 removed\n"
    assert {path: path.stat().st_mtime_ns for path in Path("one").rglob("*")} == before


def test_pages_that_are_no_more_go_with_their_folders(shop: Path) -> None:
    run(shop, "-o", "site")
    (shop / "site.yml").write_text(SITE.replace("{id: 1}, ", "").replace("/about/us", "/about"))
    assert run(shop, "-o", "site").stdout == "site: 4 pages, 2 files written, 2 removed\n"
    assert [*tree(Path("site"))] == [
        MANIFEST,
        *("404.html", "about/index.html", "index.html", "item/2/index.html", "site.js"),
    ]
    assert not Path("site/item/1").exists()
    assert not Path("site/about/us").exists()


def test_base_is_where_the_page_of_lost_addresses_finds_the_script(shop: Path) -> None:
    run(shop, "-o", "site", "--base", "/my/shop/")
    assert b'<script src="/my/shop/site.js">' in tree(Path("site"))["404.html"]
    for wrong in ("shop", "/shop", "//evil.example/", '/"><script>/'):
        assert run(shop, "-o", "other", "--base", wrong).exit_code == 2
    assert not Path("other").exists()


def test_without_site_yml_files_are_routes(tmp_path: Path) -> None:
    for name, text in {
        "index.py": HOME.partition("\n\nclass Lost")[0],
        "item/[id].py": ITEM,
        "info.py": ABOUT,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    site = read_site(tmp_path)
    assert [route.pattern for route in site.routes] == ["/", "/info", "/item/:id"]
    assert list(build(site).files) == ["404.html", "index.html", "info/index.html", "site.js"]
    assert b"Not found" in build(site).files["404.html"]


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("index.py", "/"),
        ("about.py.md", "/about"),
        ("item/index.moon", "/item"),
        ("item/[id].html", "/item/:id"),
        ("404.py", "*"),
    ],
)
def test_names_of_files_are_patterns(file: str, pattern: str) -> None:
    assert pattern_of(Path(file)) == pattern


@pytest.mark.parametrize(
    ("routes", "code", "line", "message"),
    [
        ("  about: Home", "route-pattern", 2, "begins with /"),
        ("  /a/: Home", "route-pattern", 2, "does not end with /"),
        ("  /a//b: Home", "route-pattern", 2, "''"),
        ("  /../x: Home", "route-pattern", 2, "'..'"),
        ("  /a b: Home", "route-pattern", 2, "'a b'"),
        ("  /CON: Home", "route-pattern", 2, "device"),
        ("  /site.js: Home", "route-pattern", 2, "itself"),
        ("  /:a/:a: Home", "route-pattern", 2, "twice"),
        ("  /:1: Home", "route-pattern", 2, "no parameter"),
        ("  /a: Home\n  /A: Home", "route-twice", 3, "/a"),
        ("  /a: Home\n  /a: Lost", "route-twice", 3, "twice in routes"),
        ("  /:a: Home\n  /:b: Home", "route-twice", 3, "/:a"),
        ("  /: Hom", "route-component", 2, "Hom"),
        ("  /: nowhere.py:Home", "route-component", 2, "nowhere.py:Home"),
        ("  /: About", "route-component", 2, "about.py and in parts/about.py"),
        ("  /:\n    title: x", "route-component", 2, "names no component"),
        ("  /:\n    component: Home\n    prop: {}", "site-key", 4, "'prop'"),
        ("  /:\n    component: Home\n    props: [1]", "site-shape", 4, "props"),
        ("  /:\n    component: [Home]", "site-shape", 3, "text"),
        ("  /: [Home]", "site-shape", 2, "mapping"),
        ("  /:id:\n    component: Item\n    props: {id: 1}", "route-param", 4, "id"),
        ("  /:id:\n    component: Item\n    pages: [{x: 1}]", "route-page", 4, "id"),
        ("  /:id:\n    component: Item\n    pages: [{id: ../../x}]", "route-page", 4, "'../../x'"),
        ("  /:id:\n    component: Item\n    pages: [{id: [1]}]", "route-page", 4, "id"),
        ("  /:id:\n    component: Item\n    pages: [{id: 1}, {id: 1}]", "route-page", 2, "/1"),
        ("  /1: Home\n  /:id:\n    component: Item\n    pages: [{id: 1}]", "route-page", 3, "/1"),
        ("  /:id:\n    component: Item\n    pages: [{id: abc}]", "route-page", 2, "abc"),
        ("  /:\n    component: Home\n    props: {day: 2026-01-01}", "not-sendable", 2, "day"),
        ("  /: Blind", "no-template", 2, "Blind"),
        ("  /:\n    component: Home\n    props: !!set {a}", "site-shape", 4, "mapping"),
        ("  /: *home", "site-yaml", 2, "alias"),
        ("  /: {", "site-yaml", 3, "YAML"),
        ("", "site-shape", 1, "routes"),
    ],
)
def test_wrong_routes_are_errors_at_their_lines(
    shop: Path, routes: str, code: str, line: int, message: str
) -> None:
    (shop / "about.py").write_text(ABOUT)
    (shop / "blind.py").write_text(
        "class Blind(Component):\n    def setup(self, props):\n        state = {'x': 1}\n"
    )
    (shop / "site.yml").write_text(f"routes:\n{routes}\n")
    found = errors(shop)
    assert (code, line) in [(one[0], one[1]) for one in found]
    assert any(message in one[2] for one in found)


def test_all_errors_are_told_and_nothing_is_written(shop: Path) -> None:
    (shop / "site.yml").write_text("titel: x\nroutes:\n  /: Hom\n  about: Lost\n")
    result = run(shop, "-o", "site")
    assert result.exit_code == 1
    assert [line.split(": ")[:2] for line in result.stderr.splitlines() if ": error: " in line] == [
        [f"{shop}/site.yml:{line}", "error"] for line in (1, 3, 4)
    ]
    assert "did you mean `title`?" in result.stderr
    assert "did you mean `Home`?" in result.stderr
    assert not Path("site").exists()


def test_a_component_that_does_not_compile_is_an_error_at_its_own_line(shop: Path) -> None:
    (shop / "item.py").write_text(ITEM.replace("{{ money }}", "{{ money + }}"))
    (shop / "parts/about.py").write_text(ABOUT.replace("2026", "1 / 0"))
    result = run(shop, "-o", "site")
    assert result.exit_code == 1
    assert f"{shop}/item.py:2: error: " in result.stderr
    assert f"{shop}/parts/about.py:6: error: " in result.stderr


def test_a_folder_without_components_is_no_site(tmp_path: Path) -> None:
    assert [one[0] for one in errors(tmp_path)] == ["no-routes"]
    assert [one[0] for one in errors(tmp_path / "missing")] == ["not-a-folder"]


def test_data_for_unlisted_pages_is_a_warning(shop: Path) -> None:
    (shop / "site.yml").write_text("routes:\n  /:year: parts/about.py:About\n")
    assert [one.code for one in build(read_site(shop)).diagnostics] == ["unlisted-data"]


def test_strings_of_a_site_stay_in_their_places(shop: Path) -> None:
    hostile = "</script><script>x</script><!--\u2028'&"
    routes = {"/": {"component": "Item", "title": hostile, "props": {"currency": hostile}}}
    (shop / "site.yml").write_text(json.dumps({"title": hostile, "language": '"><script>', "routes": routes}))
    made = build(read_site(shop)).files
    assert made["index.html"].count(b"<script") == 1
    assert b"<!--" not in made["site.js"]
    assert b"</" not in made["site.js"]


# What lies in the folder of the site


def test_files_of_others_are_kept(shop: Path) -> None:
    Path("site/item/1").mkdir(parents=True)
    Path("site/index.html").write_text("mine")
    Path("site/notes.txt").write_text("mine too")
    before = tree(Path("site"))
    result = run(shop, "-o", "site")
    assert result.exit_code == 1
    assert "site/index.html:1: error: this file was not made by `moon-spa build`" in result.stderr
    assert tree(Path("site")) == before
    assert run(shop, "-o", "site", "--force").exit_code == 0
    assert Path("site/notes.txt").read_text() == "mine too"
    assert b"<h1>Home" in Path("site/index.html").read_bytes()


def test_a_page_that_was_changed_by_hand_is_kept(shop: Path) -> None:
    run(shop, "-o", "site")
    Path("site/404.html").write_text("my own")
    assert run(shop, "-o", "site").exit_code == 1
    (shop / "site.yml").write_text("routes:\n  /: Home\n")
    Path("site/item/1/index.html").write_text("my own")
    Path("site/404.html").unlink()
    assert run(shop, "-o", "site").exit_code == 0
    assert Path("site/item/1/index.html").read_text() == "my own"
    assert not Path("site/item/2").exists()


@pytest.mark.parametrize("name", ["index.html", "item", "item/1", "site.js", MANIFEST])
def test_nothing_is_written_through_a_link(shop: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    (outside / "1").mkdir(parents=True)
    (outside / "file").write_text("{}")
    link = Path("site") / name
    link.parent.mkdir(parents=True)
    link.symlink_to(outside / "file" if "." in name else outside)
    before = tree(outside)
    for force in ([], ["--force"]):
        result = run(shop, "-o", "site", *force)
        assert result.exit_code == 1
        assert "error: it is a link, and nothing is written through links" in result.stderr
    assert tree(outside) == before
    assert [path for path in Path("site").rglob("*") if path.is_file() and not path.is_symlink()] == []


def test_a_foreign_manifest_removes_nothing_elsewhere(shop: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    Path("site").mkdir()
    digest = site_files._digest(b"mine")
    names = ["../victim.txt", str(victim), "a/../../victim.txt", "a\\..\\victim.txt"]
    Path("site", MANIFEST).write_text(json.dumps({"files": {name: [digest] for name in names}}))
    assert run(shop, "-o", "site").exit_code == 0
    assert victim.read_text() == "mine"
    Path("site", MANIFEST).write_text("[]")
    assert run(shop, "-o", "site").exit_code == 1


@pytest.mark.parametrize("fails_at", range(1, 14))
def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    out = tmp_path / "site"
    old = {"index.html": b"old", "gone/index.html": b"old", "site.js": b"same"}
    write_site(str(out), old)
    before = tree(out)
    real = os.replace
    calls = 0

    def failing(*arguments: object, **named: object) -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(28, "No space left on device")
        real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", failing)
    new = {"index.html": b"new", "a/b/index.html": b"new", "site.js": b"same", "c.html": b"new"}
    try:
        write_site(str(out), new)
    except OSError:
        assert calls >= fails_at
        assert tree(out) == before
        assert not (out / "a").exists()
    else:
        assert calls < fails_at
        assert {name: data for name, data in tree(out).items() if name != MANIFEST} == new


def test_a_folder_that_was_made_for_a_build_that_failed_goes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"site/\.moon-site\.json"):
        write_site(str(tmp_path / "a/site"), {"b/index.html": b"new"})
    assert not (tmp_path / "a/site").exists()


KILLED = """\
import os
from moon_spa.site.files import write_site
real, calls = os.replace, []
def killed(*arguments, **named):
    calls.append(1)
    if len(calls) == 3:
        os._exit(9)
    real(*arguments, **named)
os.replace = killed
write_site("site", {"index.html": b"new", "site.js": b"new"})
"""


def test_a_build_that_was_killed_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [Path("site/index.html"), Path("site/site.js")]
    write_site("site", {"index.html": b"old", "site.js": b"old"})
    path = [str(Path(moon_spa.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    assert subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False).returncode == 9
    assert {name.read_bytes() for name in names} == {b"new", b"old"}
    left = list(Path("site").glob(".*.tmp"))
    assert left
    for file in left:
        os.utime(file, (0, 0))
    write_site("site", {"index.html": b"newer", "site.js": b"newer"})
    assert {name.read_bytes() for name in names} == {b"newer"}
    assert {file.name for file in Path("site").iterdir()} == {"index.html", "site.js", MANIFEST}

"""The manual: every page runs, pages can be imported, every option and every error code is named."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import moonlight
from moon_spa.bridge import CODES as BRIDGE_CODES
from moon_spa.cli import cli as spa_cli
from moonleap.commands.explain import explain_command
from moonleap.commands.graph import graph as spec_graph
from moonlight.commands.check import check
from moonlight.commands.export import export
from moonlight.commands.graph import graph
from moonlight.commands.hook import hook
from moonlight.commands.run import run
from moonlight.executors import check_syntax
from moonlight.guard import CODES as FILE_SYSTEM_CODES

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "notebooks").glob("*.py.md"))
COMMANDS: dict[str, list[click.Command]] = {
    "components": list(spa_cli.commands.values()),
    "run": [run],
    "importing": [hook, check],
    "export": [export],
    "dataflow": [graph],
    "moonleap_notebook": [explain_command, spec_graph],
}
CODES = {
    "documents": [
        *(
            "unclosed-fence",
            "quoted-block",
            "ambiguous-fence",
            "front-matter",
            "unknown-policy",
            "cell-metadata",
        ),
        *("not-a-file", "too-large", "not-utf8", "not-encodable", "not-a-notebook", "not-python"),
        *("not-representable", "file-exists"),
    ],
    "jupyterlab": ["conflict", "nul", "not-json", "attachments", "outputs-store"],
    "filesystem": list(FILE_SYSTEM_CODES),
    "run": ["syntax", "ipython-syntax", "unknown-block", "not-an-export"],
    "importing": ["syntax", "hook", "shadowed-py"],
    "export": ["syntax", "not-an-export", "stale-export", "missing-export"],
    "dataflow": ["order"],
    "components": list(BRIDGE_CODES),
}
"""Page -> error codes that have a paragraph there."""


def page(name: str) -> str:
    return next(path for path in PAGES if path.name == f"{name}.py.md").read_text(encoding="utf-8")


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = set(sys.modules)
    hooks = list(sys.path_hooks)
    monkeypatch.syspath_prepend(PAGES[0].parent)
    moonlight.install_hook()
    yield
    if sys.path_hooks != hooks:
        moonlight.uninstall_hook()
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules[name], "__file__", None) or ""
        if origin.startswith(str(PAGES[0].parent)):
            del sys.modules[name]


@pytest.mark.usefixtures("hooked")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_runs(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    document = moonlight.parse(path.read_text(encoding="utf-8"), str(path))
    assert not [one for one in document.diagnostics if one.severity != "info"]
    result = moonlight.run(document)
    if result.error is not None:
        raise result.error
    assert len(result.trace) >= 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_blocks_of_a_page_are_python(path: Path) -> None:
    assert not check_syntax(moonlight.parse(path.read_text(encoding="utf-8"), path.name))


@pytest.mark.usefixtures("hooked")
@pytest.mark.parametrize("name", ["shapes", "export", "dataflow", "tracking"])
def test_page_can_be_imported(name: str) -> None:
    assert importlib.import_module(name).__file__ == str(PAGES[0].parent / f"{name}.py.md")


@pytest.mark.parametrize("name", COMMANDS)
def test_page_names_every_option_of_its_commands(name: str) -> None:
    text = page(name)
    for command in COMMANDS[name]:
        missing = [
            option
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for option in (*parameter.opts, *parameter.secondary_opts)
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text)
        ]
        assert not missing, command.name


@pytest.mark.parametrize("name", CODES)
def test_page_has_a_paragraph_for_every_error_code(name: str) -> None:
    text = page(name)
    assert not [
        code
        for code in CODES[name]
        if not re.search(rf"^\*\*{code}\b", text, re.M) and f"**{code}" not in text
    ]


def test_every_code_in_the_source_has_a_paragraph() -> None:
    raised = {
        code
        for package in ("moonlight", "jupyter_ext", "moon_kernel")
        for file in (ROOT / package).rglob("*.py")
        for code in re.findall(r'Diagnostic\(\s*"([a-z][a-z-]+)"', file.read_text(encoding="utf-8"))
    }
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert len(raised) > 5
    assert not {code for code in raised if f"**{code}" not in text}


def test_every_code_of_a_component_has_a_paragraph() -> None:
    made = r'\b(?:finding|refusal|note|Diagnostic|RefusedError|WireError|Failure)\(\s*"([a-z][a-z-]+)"'
    codes: dict[str, set[str]] = {"components": set(), "site": set()}
    for file in (ROOT / "moon_spa").rglob("*.py"):
        found = re.findall(rf'{made}|"(template-[a-z-]+)"', file.read_text(encoding="utf-8"))
        name = "site" if file.parent.name == "site" else "components"
        codes[name] |= {code or template for code, template in found} - {"not-a-file"}
    assert len(codes["components"]) > 50
    assert len(codes["site"]) > 10
    text = {name: page(name) + page("components") for name in codes}
    assert not {code for name in codes for code in codes[name] if f"**{code}**" not in text[name]}


def test_links_between_pages_lead_somewhere() -> None:
    names = {path.name for path in PAGES} | {"index.py.md"}
    for path in PAGES:
        links = re.findall(r"\]\(([\w-]+\.py\.md)\)", path.read_text(encoding="utf-8"))
        assert set(links) <= names, path.name

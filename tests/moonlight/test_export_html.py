"""`moonlight export --html`: prose, code and stored outputs as a page; what may be in it, and what not."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from moonlight import renderers, store
from moonlight.commands.export import export
from moonlight.document import parse
from moonlight.outputs import Entry
from moonlight.renderers import Rendering
from moonlight.source import source_hash
from moonlight.webpage import page as webpage
from moonlight.webpage.anchors import Anchors
from moonlight.webpage.page import page_of
from moonlight.webpage.typesetting import Typesetter

FENCE = "```"
TEXT = f"""\
---
title: Rain & <b>sun</b>
---

# First *heading*

A [link][far], a [bad one](javascript:window.__canary=1), <script>window.__canary=2</script>
![dot](img/dot.svg)
![far](https://example.org/x.png) ![out](../secret.png)

<img src=x onerror="window.__canary=3">

<!-- not shown -->

{FENCE}python
rain = 3
{FENCE}

1. one

   {FENCE}python
   rain * 2
   {FENCE}

   go on

{FENCE}js
const x = "</pre><script>window.__canary=4</script>";
{FENCE}

[far]: https://example.org/far "Far <away>"
"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>window.__canary=5</script></svg>'
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
MIME = "application/x-test+json"

Put = Callable[..., None]


class Tags(HTMLParser):
    """The start tags of a page, as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def document(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "img").mkdir(parents=True)
    (folder / "img/dot.svg").write_text(DOT)
    (tmp_path / "secret.png").write_bytes(b"secret")
    path = folder / "rain.py.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def put(document: Path) -> Put:
    """`put(outputs, outputs)` stores outputs for the blocks, as Jupyter's server does at a save."""

    def store_all(*outputs: list[dict[str, Any]]) -> None:
        blocks = parse(document.read_text(encoding="utf-8"), str(document)).code_blocks
        entries = [
            Entry(source_hash(block.text.removesuffix("\n")), 1, block.index or 0, 1, made)
            for block, made in zip(blocks, outputs, strict=False)
        ]
        store.save(document, entries)

    return store_all


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(export, list(map(str, arguments)))


def shown(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def body(path: Path, trust: bool = False) -> str:
    return page_of(path, trust).html.partition("<main>")[2]


def test_a_document_that_was_not_run_says_so(document: Path, tmp_path: Path) -> None:
    result = invoke(document, "--html")
    assert result.exit_code == 0
    assert "This document has not been run: it shows no outputs." in result.stdout
    assert "<title>Rain &amp; &lt;b&gt;sun&lt;/b&gt;</title>" in result.stdout
    assert result.stdout == invoke(document, "--html").stdout
    (tmp_path / "text.py.md").write_text("# Only text\n")
    assert "not been run" not in invoke(tmp_path / "text.py.md", "--html").stdout


def test_prose_and_code_are_typeset(document: Path) -> None:
    made = body(document)
    assert '<h1 id="first-heading">First <em>heading</em> <a class="anchor"' in made
    assert '<a href="https://example.org/far" title="Far &lt;away&gt;">link</a>' in made
    assert "<p>go on</p>" in made
    assert re.sub("<[^>]+>", "", made).count("rain * 2") == 1
    assert '<span class="number">2</span>' in made
    assert "not shown" not in made


def test_nothing_of_the_document_runs_or_is_fetched(document: Path) -> None:
    made = page_of(document).html
    tags = Tags(made).found
    assert not [tag for tag, _ in tags if tag in ("script", "iframe", "object", "form", "base", "link")]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    sources = [attributes["src"] or "" for _, attributes in tags if "src" in attributes]
    assert len(sources) == 1
    assert base64.b64decode(sources[0].removeprefix("data:image/svg+xml;base64,")).decode() == DOT
    assert '<a href="https://example.org/x.png">far</a>' in made
    assert '<a href="../secret.png">out</a>' in made
    assert not re.search(r'href="javascript', made, re.IGNORECASE)
    assert "script-src 'none'" in made


@pytest.mark.parametrize(
    "name", ["/etc/x.png", "..%2Fsecret.png", "img/../../secret.png", "link.png", "file:///x.png"]
)
def test_pictures_come_from_beneath_the_document_only(document: Path, tmp_path: Path, name: str) -> None:
    (document.parent / "link.png").symlink_to(tmp_path / "secret.png")
    document.write_text(f"![x]({name})\n")
    assert base64.b64encode(b"secret").decode() not in page_of(document).html
    assert "<img" not in body(document)


def test_stored_outputs_stand_behind_their_blocks(document: Path, put: Put) -> None:
    put(
        [{"output_type": "stream", "name": "stdout", "text": "a\x1b[31mred\x1b[0m\n 1%\r99%\n<b>\x07"}],
        [
            shown({"image/png": PNG, "text/plain": 'a "dot"'}),
            shown({"text/markdown": "*m* <script>x</script>"}),
            shown({"application/json": {"a": ["<"]}}),
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[1mE\x1b[0m: <i>"]},
        ],
    )
    made = body(document)
    assert '<pre class="out stdout">ared\n99%\n&lt;b&gt;</pre>' in made
    assert f'<img src="data:image/png;base64,{PNG}" alt="a &quot;dot&quot;">' in made
    assert "<em>m</em> &lt;script&gt;" in made
    assert "&quot;a&quot;" in made
    assert '<pre class="out error">E: &lt;i&gt;</pre>' in made
    assert made.index("rain") < made.index("ared") < made.index("image/png")
    assert "not been run" not in made


def test_outputs_of_an_older_text_are_marked(document: Path, put: Put) -> None:
    put([{"output_type": "stream", "name": "stdout", "text": "three"}])
    document.write_text(TEXT.replace("rain = 3", "rain = 4"))
    assert 'From an earlier version of this block.</p><pre class="out stdout">three</pre>' in body(document)


HTML = {"text/html": "<table><tr><td>rich</td></tr></table>", "text/plain": "plain"}


def test_html_of_outputs_is_text_unless_the_user_has_signed_it(
    document: Path, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put([shown(HTML)], [shown({"text/html": "<script>window.__canary=6</script>"})])
    monkeypatch.setattr(webpage, "entry_points", lambda group: [])
    result = invoke(document, "--html")
    assert "warning: outputs that are HTML are shown as text" in result.stderr
    assert "--trust" in result.stderr
    assert "<td>rich" not in result.stdout
    assert '<pre class="out result">plain</pre>' in result.stdout
    assert "&lt;script&gt;window.__canary=6" in result.stdout
    assert "HTML among the outputs is shown as text" in result.stdout
    trusted = invoke(document, "--html", "--trust")
    assert "<td>rich" in trusted.stdout
    assert "<script>window.__canary=6</script>" in trusted.stdout
    assert trusted.stderr == ""


def test_what_the_notary_of_this_user_has_signed_is_shown(
    document: Path, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nbformat", reason="no Jupyter here")
    from nbformat.sign import NotebookNotary

    from jupyter_ext.outputs import receipt

    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    put([shown(HTML)])
    assert "<td>rich" not in body(document)
    notary = NotebookNotary()
    notary.sign(receipt(store.load(document)))
    notary.store.close()
    assert "<td>rich" in body(document)
    put([shown({**HTML, "text/plain": "other"})])
    assert "<td>rich" not in body(document)


def test_a_store_that_cannot_be_read_costs_a_warning(document: Path, put: Put) -> None:
    put([shown(HTML)])
    (document.parent / ".moonlight/outputs/rain.py.md.json").write_text("[")
    result = invoke(document, "--html")
    assert result.exit_code == 0
    assert "warning: cannot read stored outputs" in result.stderr
    assert "not been run" in result.stdout


def render(bundles: Any) -> Rendering:
    """A renderer as another package has it: it shows numbers, and refuses text."""
    found = tuple(f"<i>{one[MIME]}</i>" if isinstance(one[MIME], int) else None for one in bundles)
    return Rendering(found, "window.__shown = true;", (".x{color:red}",))


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint(MIME, f"{__name__}:render", renderers.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: render)
    monkeypatch.setattr(renderers, "entry_points", lambda **wanted: [entry])


@pytest.mark.usefixtures("renderer")
def test_outputs_of_other_packages_share_one_script(document: Path, put: Put) -> None:
    put([shown({MIME: 1, **HTML}), shown({MIME: "no", "text/html": "<u>instead</u>"})], [shown({MIME: 2})])
    made = page_of(document, trust=True).html
    assert made.count("window.__shown = true;") == 1
    assert made.index("<i>1</i>") < made.index("<u>instead</u>") < made.index("<i>2</i>")
    assert ".x{color:red}" in made
    assert "script-src 'sha256-" in made


@pytest.mark.usefixtures("renderer")
def test_outputs_of_other_packages_are_text_where_nobody_trusts_them(
    document: Path, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpage, "is_signed", lambda entries: False)
    put([shown({MIME: 1, "text/plain": "one"})])
    made = page_of(document).html
    assert "window.__shown" not in made
    assert '<pre class="out result">one</pre>' in made


def test_pages_replace_pages_only(document: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert invoke(document, "--html", "-o", out).exit_code == 0
    assert os.listdir(out) == ["rain.html"]
    document.write_text("# New\n")
    assert invoke(document, "--html", "-o", out / "rain.html").exit_code == 0
    (out / "mine.html").write_text("<p>mine</p>")
    result = invoke(document, "--html", "-o", out / "mine.html")
    assert "not exported" in str(result.exception)
    assert (out / "mine.html").read_text() == "<p>mine</p>"
    assert invoke(document, "--html", "-o", out / "mine.html", "--force").exit_code == 0


@pytest.mark.parametrize("options", [["--html", "--sparse"], ["--html", "--check"], ["--trust"]])
def test_options_that_contradict_each_other_are_told(document: Path, options: list[str]) -> None:
    assert invoke(document, *options).exit_code == 2
    assert invoke(document.parent, "--html").exit_code == 2


HOSTILE = """\
# A & <b>B</b>

## A & b `c`

## !?

## Ünï [far](https://example.org)

$\\text{<script>window.__canary=7</script>}$ $\\href{javascript:window.__canary=8}{x}$ $\\style{x:y}{z}$

$$
\\frac{a}{b} < "c"
$$

$\\frac{$ costs $5 and $6
"""


def test_headings_have_anchors_that_are_used_once_and_lead_to_them(document: Path) -> None:
    document.write_text(HOSTILE, encoding="utf-8")
    tags = Tags(page_of(document).html).found
    names = [attributes["id"] for tag, attributes in tags if "id" in attributes]
    assert names == ["a-b-b-b", "a-b-c", "section", "ünï-far"]
    links = [attributes["href"] for _, attributes in tags if attributes.get("class") == "anchor"]
    assert links == [f"#{name}" for name in names]


def test_anchors_stay_apart_whatever_the_headings_are() -> None:
    anchors = Anchors()
    given = [anchors(heading) for heading in ["A", "a", "a-1", "A!", "", "-", "a 1", "x" * 500, "x" * 500]]
    assert len(set(given)) == len(given)
    assert given[:4] == ["a", "a-1", "a-1-1", "a-2"]
    assert all(re.fullmatch(r"[\w-]{1,90}", name) for name in given)


def test_outputs_have_no_anchors_of_their_own(document: Path, put: Put) -> None:
    put([shown({"text/markdown": "# First *heading*"})])
    assert body(document).count("id=") == 1


def test_formulas_are_mathml_and_nothing_else(document: Path) -> None:
    document.write_text(HOSTILE, encoding="utf-8")
    page = page_of(document)
    tags = Tags(page.html.partition("<main>")[2]).found
    inside = [(tag, attributes) for tag, attributes in tags if tag.startswith("m") and tag != "main"]
    assert {tag for tag, _ in inside} == {"math", "mrow", "mtext", "mi", "mo", "mfrac"}
    assert {name for _, attributes in inside for name in attributes} <= {"display"}
    assert "&lt;script&gt;window.__canary=7&lt;/script&gt;</mtext>" in page.html
    assert "canary=8" not in page.html
    assert '<math display="block"><mrow><mfrac>' in page.html
    assert '<code class="math">$\\frac{$</code> costs $5 and $6' in page.html
    assert not page.diagnostics


@pytest.mark.parametrize(
    ("tex", "made"),
    [
        ("$\\displaystyle \\frac{a}{b}$", '<div class="out"><p><math display="inline"><mrow>'),
        ("\\begin{equation}a\\end{equation}", '<pre class="out result">object</pre>'),
        ("$\\frac{$", '<pre class="out result">object</pre>'),
    ],
    ids=["formula", "other TeX", "wrong"],
)
def test_formulas_among_the_outputs_are_drawn(document: Path, put: Put, tex: str, made: str) -> None:
    put([shown({"text/latex": tex, "text/plain": "object"})])
    assert made in body(document)


def test_formulas_are_tex_where_nothing_draws_them(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/latex2mathml.py").write_text("raise ImportError\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    document.write_text("$a<b$\n")
    result = invoke(document, "--html")
    assert '<p><code class="math">$a&lt;b$</code></p>' in result.stdout
    assert result.stderr.endswith("hint: pip install 'moonlight-notebook[math]'\n")
    document.write_text("none\n")
    assert invoke(document, "--html").stderr == ""


def test_text_that_takes_too_long_is_shown_as_it_is_written(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpage, "Typesetter", lambda path: Typesetter(path, seconds=0.001))
    page = page_of(document)
    assert "a [bad one](javascript:window.__canary=1), &lt;script&gt;" in page.html
    assert "rain * 2" in page.html
    assert [(one.code, one.severity) for one in page.diagnostics] == [("not-typeset", "warning")]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="where memory can be bounded")
def test_text_that_takes_too_much_memory_costs_what_follows_it_only(document: Path) -> None:
    with Typesetter(document, memory=256 * 2**20) as typesetter:
        made = typesetter.prose(["*first*", "*_" * 600_000, "*last*"])
    assert made[0] == "<p><em>first</em></p>\n"
    assert made[2] == '<pre class="prose">*last*</pre>'
    assert typesetter.late


def test_a_module_beside_the_document_is_not_imported(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "mistune.py", "latex2mathml.py"):
        (document.parent / name).write_text("open('imported', 'w').close()\n")
    monkeypatch.chdir(document.parent)
    assert "<em>heading</em>" in body(document)
    assert not Path("imported").exists()

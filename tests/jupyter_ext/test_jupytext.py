"""The format py.md in jupytext: its Python functions, its command line, pairs, and what stays as it was."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import jupytext
import jupytext.cli
import jupytext.formats
import nbformat
import pytest

from jupyter_ext import jupytext_format as module
from jupyter_ext.writing import FormatError

TEXT = """\
---
title: T
---
# Title

```python tags=["a"]
x = 1
```

text

~~~py
print(x)
~~~
"""
STREAM = nbformat.from_dict({"output_type": "stream", "name": "stdout", "text": "1\n"})

# Without a grammar that jsonschema builds at import a process with jupytext starts in a quarter of the time.
QUICK = "import sys; sys.modules['rfc3987_syntax'] = None; sys.argv[1:2] = []; exec(sys.argv.pop(1))"
PYTHON = (sys.executable, "-W", "error", "-c", QUICK, "-")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert module.register_jupytext_format()
    monkeypatch.chdir(tmp_path)


def command(*args: str) -> int:
    return int(jupytext.cli.jupytext(["--quiet", *args]) or 0)


def write(path: str, text: str, age: float = 0) -> None:
    Path(path).write_bytes(text.encode())
    if age:
        then = time.time() - age
        os.utime(path, (then, then))


def read(path: str) -> str:
    return Path(path).read_bytes().decode()


def sources(notebook: Any) -> list[tuple[str, str]]:
    return [(cell["cell_type"], cell["source"]) for cell in notebook["cells"]]


def notebook(*cells: Any, **metadata: Any) -> Any:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel, **metadata})


def code(source: str, **more: Any) -> Any:
    return nbformat.v4.new_code_cell(source, **more)


# -- functions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [lambda t: t, lambda t: "\ufeff" + t.replace("\n", "\r\n"), str.rstrip])
def test_read_and_write_give_back_the_bytes(change: Callable[[str], str]) -> None:
    text = change(TEXT)
    write("x.py.md", text)
    found = jupytext.read("x.py.md")
    assert [kind for kind, _ in sources(found)] == ["raw", "markdown", "code", "markdown", "code"]
    jupytext.write(found, "x.py.md")
    assert read("x.py.md") == text


def test_write_changes_the_edited_cell_only() -> None:
    write("x.py.md", TEXT)
    found = jupytext.read(Path("x.py.md"))
    found.cells[4].source = "print(x + 1)"
    jupytext.write(found, Path("x.py.md"))
    assert read("x.py.md") == TEXT.replace("print(x)", "print(x + 1)")


def test_notebook_holds_nothing_of_a_session() -> None:
    found = jupytext.reads(TEXT, "py.md")
    nbformat.validate(found)
    assert "moon" not in found.metadata
    assert not any("moon" in cell.metadata for cell in found.cells)


@pytest.mark.parametrize(
    "fmt", ["py.md", ".py.md", {"extension": ".md", "suffix": ".py"}, dict(module.FORMAT)]
)
def test_reads_and_writes_know_the_format_by_all_its_names(fmt: Any) -> None:
    found = jupytext.reads("~~~py\nx = 1\n~~~\n", fmt)
    assert sources(found) == [("code", "x = 1")]
    assert jupytext.writes(found, fmt) == "```python\nx = 1\n```\n"


def test_streams_work_with_the_format_named() -> None:
    found = jupytext.read(io.StringIO(TEXT), fmt="py.md")
    out = io.StringIO()
    jupytext.write(found, out, fmt="py.md")
    assert sources(jupytext.reads(out.getvalue(), "py.md")) == sources(found)


def test_older_version_of_the_notebook_format_is_given_on_request() -> None:
    write("x.py.md", "```python\nx = 1\n```\n")
    found = jupytext.read("x.py.md", as_version=3)
    assert found.worksheets[0].cells[0].input == "x = 1"


def test_no_header_of_jupytext_comes_into_the_text() -> None:
    found = notebook(
        code("x = 1"), jupytext={"text_representation": {"extension": ".py"}, "main_language": "python"}
    )
    assert jupytext.writes(found, "py.md") == "```python\nx = 1\n```\n"


def test_loss_is_refused_with_our_error() -> None:
    found = notebook(kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    with pytest.raises(FormatError, match="a notebook for R"):
        jupytext.writes(found, "py.md")


def test_file_that_cannot_be_encoded_stays(tmp_path: Path) -> None:
    write("x.py.md", TEXT)
    with pytest.raises(Exception, match="U\\+D800"):
        jupytext.write(notebook(code("'\ud800'")), "x.py.md")
    assert read("x.py.md") == TEXT
    assert os.listdir() == ["x.py.md"]


# -- registration ----------------------------------------------------------------------------------------


def test_registering_again_changes_nothing() -> None:
    before = jupytext.read
    count = len(jupytext.formats.JUPYTEXT_FORMATS)
    threads = [threading.Thread(target=module.register_jupytext_format) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jupytext.read is before
    assert len(jupytext.formats.JUPYTEXT_FORMATS) == count


ORDERS = {
    "before": "import jupytext, jupytext.cli; from jupyter_ext import register_jupytext_format as r; r()",
    "after": "from jupyter_ext import register_jupytext_format as r; r(); import jupytext, jupytext.cli",
    "twice": "from jupyter_ext import register_jupytext_format as r; r(); import jupytext.cli, jupytext; r()",
}


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_order_of_imports_does_not_matter(order: str) -> None:
    write("x.py.md", TEXT)
    check = """
assert len(jupytext.read("x.py.md").cells) == 5
assert jupytext.cli.jupytext(["--quiet", "--to", "ipynb", "x.py.md"]) == 0
"""
    subprocess.run([*PYTHON, ORDERS[order] + check], check=True)
    assert Path("x.ipynb").exists()


def test_import_of_the_package_does_not_import_jupytext() -> None:
    check = "import sys, jupyter_ext; assert not {'jupytext', 'nbformat', 'jsonschema'} & set(sys.modules)"
    subprocess.run([*PYTHON, check], check=True)


CHANGED_SHAPES = {
    "name away": "del jupytext.sync_pairs.write_pair",
    "parameter renamed": "jupytext.cli.jupytext_single_file = lambda path, args, log, notary: 0",
    "no list of formats": "del jupytext.formats.JUPYTEXT_FORMATS",
    "no names": "del jupytext.formats._VALID_FORMAT_NAMES",
    "no module": "import sys; sys.modules['jupytext.async_pairs'] = None",
    "no jupytext": "import sys; sys.modules['jupytext.formats'] = None",
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGED_SHAPES)
def test_unknown_jupytext_gets_one_warning_and_stays_as_it_is(change: str) -> None:
    script = f"""
import warnings, jupytext, jupytext.cli, jupytext.sync_pairs, jupytext.formats, jupytext.jupytext
{CHANGED_SHAPES[change]}
from jupyter_ext import register_jupytext_format, reads, writes
before = {{name: dict(vars(m)) for name, m in sys.modules.items() if name.startswith("jupytext") and m}}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    assert not register_jupytext_format()
(warning,) = caught
assert "does not get the format py.md" in str(warning.message), warning
assert all(before[name] == dict(vars(m)) for name, m in sys.modules.items() if name in before and m)
assert writes(reads("# T\\n"), onto="# T\\n") == "# T\\n"
"""
    done = subprocess.run([*PYTHON, script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- command line ----------------------------------------------------------------------------------------


def test_notebook_becomes_a_document_and_back() -> None:
    made = notebook(code("x = 1", outputs=[STREAM]), nbformat.v4.new_markdown_cell("text"))
    nbformat.write(made, "x.ipynb")
    assert command("--to", "py.md", "x.ipynb") == 0
    assert read("x.py.md") == "```python\nx = 1\n```\n\ntext\n"
    os.remove("x.ipynb")
    assert command("--to", "ipynb", "x.py.md") == 0
    assert sorted(os.listdir()) == ["x.ipynb", "x.py.md"]
    assert sources(nbformat.read("x.ipynb", 4)) == [("code", "x = 1"), ("markdown", "text")]


def test_converting_onto_a_document_keeps_its_bytes() -> None:
    text = TEXT.replace("\n", "\r\n").rstrip()
    write("x.py.md", text)
    command("--to", "ipynb", "x.py.md")
    command("--to", "py.md", "x.ipynb")
    assert read("x.py.md") == text


def test_output_name_says_the_format() -> None:
    write("x.py.md", "~~~py\nx = 1\n~~~\n")
    assert command("x.py.md", "-o", "sub.ipynb") == 0
    assert command("sub.ipynb", "-o", "y.py.md") == 0
    assert read("y.py.md") == "```python\nx = 1\n```\n"


def test_document_becomes_a_script() -> None:
    write("x.py.md", TEXT)
    assert command("--to", "py:percent", "x.py.md") == 0
    assert '# %% tags=["a"]\nx = 1\n' in read("x.py")


@pytest.mark.parametrize("target", ["ipynb", "py:percent", "md", "py.md"])
def test_round_trips_pass_the_test_of_jupytext(target: str) -> None:
    write("x.py.md", "# Title\n\ntext\n\n```python\nx = 1\n```\n\nend\n")
    assert command("--test", "--to", target, "x.py.md") == 0


def test_notebook_passes_the_test_of_jupytext() -> None:
    cells = [code("x = 1", outputs=[STREAM]), *map(nbformat.v4.new_markdown_cell, ("one", "two", "# three"))]
    nbformat.write(notebook(*cells, nbformat.v4.new_raw_cell("raw")), "x.ipynb")
    assert command("--test-strict", "--to", "py.md", "x.ipynb") == 0
    assert command("--test", "--update", "--to", "py.md", "x.ipynb") == 0


def test_pipe_changes_the_code_and_nothing_else() -> None:
    write("x.py.md", TEXT)
    write("edit.py", "import sys; print(sys.stdin.read().replace('x = 1', 'x = 2'), end='')")
    assert command("--pipe", f"{sys.executable} edit.py", "x.py.md") == 0
    assert read("x.py.md") == TEXT.replace("x = 1", "x = 2")


def test_no_warning_about_the_name_of_the_format(capsys: pytest.CaptureFixture[str]) -> None:
    nbformat.write(notebook(), "x.ipynb")
    assert command("--to", "py.md", "x.ipynb") == 0
    assert capsys.readouterr().err == ""


# -- pairs -------------------------------------------------------------------------------------------------


@pytest.fixture
def pair() -> Iterator[tuple[str, str]]:
    """A document paired with a notebook that has outputs; gives their texts."""
    write("x.py.md", TEXT.replace("\n", "\r\n"))
    assert command("--set-formats", "ipynb,py.md", "x.py.md") == 0
    made = nbformat.read("x.ipynb", 4)
    made.cells[2].outputs = [STREAM]
    made.cells[2].execution_count = 7
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, "x.ipynb")
    write("x.ipynb", read("x.ipynb"), age=60)
    write("x.py.md", read("x.py.md"), age=30)
    return iter([(read("x.py.md"), read("x.ipynb"))])


def test_pairing_is_said_in_the_front_matter_and_nothing_else_changes(
    pair: Iterator[tuple[str, str]],
) -> None:
    text, ipynb = next(pair)
    entry = 'jupyter: {"jupytext": {"formats": "ipynb,.py.md"}}\r\n'
    assert text == TEXT.replace("\n", "\r\n").replace("title: T\r\n", "title: T\r\n" + entry)
    assert json.loads(ipynb)["metadata"]["jupytext"] == {"formats": "ipynb,.py.md"}
    assert json.loads(ipynb)["cells"][0]["source"] == ["---\n", "title: T\n", "---"]


def test_pairing_of_a_notebook_makes_the_document() -> None:
    nbformat.write(notebook(code("x = 1")), "x.ipynb")
    assert command("--set-formats", "ipynb,py.md", "x.ipynb") == 0
    assert read("x.py.md").endswith("---\n\n```python\nx = 1\n```\n")
    assert [kind for kind, _ in sources(nbformat.read("x.ipynb", 4))] == ["code"]


@pytest.mark.parametrize("name", ["x.py.md", "x.ipynb"])
def test_sync_of_an_equal_pair_changes_no_byte(pair: Iterator[tuple[str, str]], name: str) -> None:
    texts = next(pair)
    for _ in range(2):
        assert command("--sync", name) == 0
        assert (read("x.py.md"), read("x.ipynb")) == texts


@pytest.mark.parametrize("name", ["x.py.md", "x.ipynb"])
def test_edit_of_the_text_reaches_the_notebook_and_keeps_outputs(
    pair: Iterator[tuple[str, str]], name: str
) -> None:
    text, ipynb = next(pair)
    write("x.py.md", text.replace("print(x)", "print(x, x)"))
    assert command("--sync", name) == 0
    after = nbformat.read("x.ipynb", 4)
    assert after.cells[4].source == "print(x, x)"
    assert (after.cells[2].outputs, after.cells[2].execution_count) == ([STREAM], 7)
    assert after.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in after.cells] == [cell["id"] for cell in json.loads(ipynb)["cells"]]
    assert read("x.py.md") == text.replace("print(x)", "print(x, x)")


@pytest.mark.parametrize("name", ["x.py.md", "x.ipynb"])
def test_edit_of_the_notebook_changes_that_cell_of_the_text(
    pair: Iterator[tuple[str, str]], name: str
) -> None:
    text, ipynb = next(pair)
    write("x.ipynb", ipynb.replace('"print(x)"', '"print(-x)"'))
    assert command("--sync", name) == 0
    assert read("x.py.md") == text.replace("print(x)", "print(-x)")


def test_words_of_the_author_for_the_pairing_stay() -> None:
    text = "---\njupyter:\n  jupytext:\n    formats: ipynb,py.md\n  author: A\n---\n\n```python\nx = 1\n```\n"
    write("x.py.md", text)
    assert command("--sync", "x.py.md") == 0
    ipynb = json.loads(read("x.ipynb"))
    assert ipynb["metadata"]["author"] == "A"
    write("x.ipynb", json.dumps(ipynb).replace("x = 1", "x = 2"))
    assert command("--sync", "x.ipynb") == 0
    assert read("x.py.md") == text.replace("x = 1", "x = 2")


def test_pairs_in_folders_of_their_own() -> None:
    os.mkdir("notebooks")
    nbformat.write(notebook(code("x = 1")), "notebooks/x.ipynb")
    assert command("--set-formats", "notebooks///ipynb,docs///py.md", "notebooks/x.ipynb") == 0
    assert "x = 1" in read("docs/x.py.md")


def test_paired_paths_are_found_from_both_sides(
    pair: Iterator[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    jupytext.cli.jupytext(["--paired-paths", "x.py.md"])
    jupytext.cli.jupytext(["--paired-paths", "x.ipynb"])
    assert capsys.readouterr().out.split() == ["x.ipynb", "x.py.md"]


def test_document_without_a_pair_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    write("x.py.md", TEXT)
    assert command("--sync", "x.py.md") == 0
    assert "not a paired notebook" in capsys.readouterr().err
    assert os.listdir() == ["x.py.md"]


def test_notebook_of_an_older_minor_version_gets_no_ids() -> None:
    made = notebook(code("x = 1"))
    del made.cells[0]["id"]
    made.nbformat_minor = 4
    made.metadata.jupytext = {"formats": "ipynb,py.md"}
    write("x.ipynb", json.dumps(made), age=60)
    command("--sync", "x.ipynb")
    write("x.py.md", read("x.py.md") + "\n```python\ny = 2\n```\n")
    assert command("--sync", "x.py.md") == 0
    after = json.loads(read("x.ipynb"))
    assert after["nbformat_minor"] == 4
    assert not any("id" in cell for cell in after["cells"])
    nbformat.validate(after)


# -- what stays as it was ----------------------------------------------------------------------------------

PLAIN = "# T\n\n```python\nx = 1\n```\n\n```js\ny\n```\n"
PLAIN_SCRIPT = """
import json, sys, jupytext
from jupytext.contentsmanager import TextFileContentsManager as Manager
if sys.argv[1] == "with":
    from jupyter_ext import register_jupytext_format
    assert register_jupytext_format()
manager = Manager()
manager.root_dir = "."
model = manager.get("x.md")
cells = [(cell["cell_type"], cell["source"], cell["metadata"]) for cell in model["content"]["cells"]]
model["content"]["metadata"]["jupytext"]["formats"] = "md,py:percent"
saved = manager.save(model, "x.md")
again = jupytext.reads(open("x.md").read(), "md")
texts = [open(name).read() for name in ("x.md", "x.py")]
for fmt in ("md", "md:markdown", "md:myst", "py", "Rmd", "py:light"):
    texts.append(jupytext.writes(again, fmt))
print(json.dumps([cells, model["type"], saved["type"], texts, manager.get("x.txt")["type"]]))
"""


def test_plain_markdown_is_as_without_us() -> None:
    results = []
    script = PLAIN_SCRIPT.replace("jupytext.contentsmanager", "jupytext")
    for mode in ("without", "with"):
        write("x.md", PLAIN)
        write("x.txt", PLAIN)
        done = subprocess.run([*PYTHON, script, mode], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        results.append(done.stdout)
    assert results[0] == results[1]


def test_what_is_said_about_the_document_says_nothing_about_plain_markdown() -> None:
    found = jupytext.reads(TEXT, "py.md")
    found.metadata.jupytext.formats = "ipynb,.py.md"
    assert "jupytext:" in jupytext.writes(found, "md")
    assert "```python" in jupytext.writes(found, "md:markdown")


def test_contents_manager_can_say_what_text_a_pair_is_written_onto() -> None:
    write("x.py.md", TEXT)
    command("--set-formats", "ipynb,py.md", "x.py.md")
    text = read("x.py.md")
    manager = jupytext.TextFileContentsManager()
    manager.root_dir = str(Path.cwd())
    with closing(manager.notary), module.writing_onto(lambda path: Path(path).read_text()):
        model = manager.get("x.ipynb")
        model["content"]["cells"][4]["source"] = "print(2)"
        manager.save(model, "x.ipynb")
    assert read("x.py.md") == text.replace("print(x)", "print(2)")

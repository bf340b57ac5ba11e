"""Lines of the Markdown in what Python says about a cell."""

from __future__ import annotations

import re

import pytest

from tests.moon_kernel.client import Client, plain

TEXT = """# Title

```python
def divide(x):
    return 1 / x
```

More words.

```python
value = 3
divide(0)
```
"""


def line_of(text: str, part: str) -> int:
    """The line of `text` that holds `part`."""
    return text[: text.index(part)].count("\n") + 1


def document(*blocks: str, head: str = "# T\n\n") -> str:
    return head + "\n".join(f"```python\n{block}\n```\n" for block in blocks)


def test_traceback_names_the_document_and_its_lines(kernel: Client) -> None:
    kernel.write(TEXT)
    assert kernel.block(TEXT, 1).ok
    shown = kernel.block(TEXT, 2).traceback
    assert "intro.py.md:12" in shown
    assert "intro.py.md:5, in divide(x)" in shown
    assert "---> 12 divide(0)" in shown
    assert "----> 5     return 1 / x" in shown


def test_lines_are_right_without_metadata(kernel: Client) -> None:
    kernel.write(TEXT)
    kernel.run("def divide(x):\n    return 1 / x")
    shown = kernel.run("value = 3\ndivide(0)").traceback
    assert "intro.py.md:12" in shown
    assert "intro.py.md:5, in divide(x)" in shown


def test_lines_are_right_after_an_unsaved_edit_above(kernel: Client) -> None:
    kernel.write(TEXT)
    kernel.block(TEXT, 1)
    edited = TEXT.replace("More words.", "More words.\n\nAnd\n\nmore.")
    shown = kernel.block(edited, 2).traceback
    assert "intro.py.md:16" in shown
    assert "---> 16 divide(0)" in shown
    assert "----> 5     return 1 / x" in shown


def test_lines_are_right_after_a_saved_edit_above(kernel: Client) -> None:
    kernel.write(TEXT)
    kernel.block(TEXT, 1)
    edited = TEXT.replace("# Title", "# Title\n\nAn\n\nintroduction.")
    kernel.write(edited)
    shown = kernel.block(edited, 2).traceback
    assert "intro.py.md:16" in shown
    assert "----> 5     return 1 / x" in shown, "the function keeps the lines it was compiled for"


def test_stale_metadata_falls_back_to_the_file(kernel: Client) -> None:
    kernel.write(TEXT)
    stale = {"moon": {"block": 7, "line": 90, "code_line": 91, "hash": "00000000-1"}}
    shown = kernel.run("value = 3\ndivide(0)", stale).traceback
    assert "intro.py.md:12" in shown


@pytest.mark.parametrize("bad", [-1, 0, 2**60, "3", None, True, 1.5])
def test_impossible_lines_in_metadata_are_ignored(kernel: Client, bad: object) -> None:
    code = "1/0"
    moon = {"block": 1, "line": bad, "code_line": bad, "hash": "63f5de06-3"}
    shown = kernel.run(code, {"moon": moon}).traceback
    assert "Cell In[" in shown


def test_code_of_no_block_is_an_ordinary_cell(kernel: Client) -> None:
    kernel.write(TEXT)
    shown = kernel.run("nothing = 1\n1/0").traceback
    assert "Cell In[" in shown
    assert ", line 2" in shown


def test_syntax_error_names_the_line_and_shows_it(kernel: Client) -> None:
    text = document("x = 1", "y = 2\nz = = 3")
    answer = kernel.block(text, 2)
    assert answer.reply["ename"] == "SyntaxError"
    assert "intro.py.md:9" in answer.traceback
    assert "z = = 3" in answer.traceback
    assert answer.reply["evalue"].endswith("(intro.py.md, line 9)")


def test_indentation_error_names_the_line(kernel: Client) -> None:
    for code in ("if True:\n    x = 1\n  y = 2", "\n\nif True:\nx = 1"):
        text = document("x = 1", code)
        answer = kernel.block(text, 2)
        assert answer.reply["ename"] == "IndentationError"
        lines = text.split("\n")
        assert f"intro.py.md:{len(lines) - 2}" in answer.traceback
        assert lines[-3] in answer.traceback


def test_error_found_only_while_compiling_names_the_line(kernel: Client) -> None:
    text = document("x = 1\n\n\nreturn 5")
    answer = kernel.block(text, 1)
    assert "intro.py.md:7" in answer.traceback


def test_a_syntax_error_does_not_hide_the_source_of_other_cells(kernel: Client) -> None:
    text = document("class Shape:\n    sides = 4", "x = = 1", "import inspect")
    kernel.block(text, 1)
    kernel.block(text, 2)
    kernel.block(text, 3)
    assert "sides = 4" in kernel.run("print(inspect.getsource(Shape))").text


def test_warnings_of_parser_compiler_and_code_name_the_line(kernel: Client) -> None:
    code = "import warnings\nx = 1\nx is 1\nwarnings.warn('careful')\ny = '\\d'"
    kernel.run("import warnings; warnings.simplefilter('always')")
    shown = kernel.block(document(code), 1).text
    kernel.run("warnings.simplefilter('default')")
    assert 'intro.py.md:6: SyntaxWarning: "is" with' in shown.replace("'int' literal", "")
    assert "intro.py.md:7: UserWarning: careful" in shown
    assert "intro.py.md:8: " in shown


@pytest.mark.parametrize(
    "code",
    [
        "\n\n1/0",
        "%matplotlib --list\n1/0",
        "!true\n1/0",
        "!echo a \\\n  b \\\n  c\n1/0",
        "x = !echo a \\\n  b\nif True:\n    1/0",
        "files = %sx echo \\\n  b\n\n1/0",
        "print?\n\n1/0",
        "import asyncio\nawait asyncio.sleep(0)\n1/0",
        "async with asyncio.Lock():\n    1/0",
        "'''\n\n'''\n1/0",
        "%%time\nx = 1\n1/0",
        "%%time\n1/0",
        "%%time\nfor x in range(2):\n    1/0\nx",
        "%%capture\nx = 1\n\n1/0",
        "\n%%capture out\nx = 1\n1/0",
        ">>> x = 1\n>>> 1/0",
        "    x = 1\n    1/0",
    ],
)
def test_magics_and_shell_commands_keep_the_lines(kernel: Client, code: str) -> None:
    kernel.run("import asyncio")
    text = document(code)
    shown = kernel.block(text, 1).traceback
    assert f"intro.py.md:{line_of(text, '1/0')}" in shown, shown


def test_indented_fences_have_their_lines(kernel: Client) -> None:
    text = "1. Item\n\n   ```python\n   x = 1\n   1/0\n   ```\n"
    kernel.write(text)
    assert "intro.py.md:5" in kernel.block(text, 1).traceback
    assert "intro.py.md:5" in kernel.run("x = 1\n1/0").traceback


def test_source_of_functions_and_classes_is_found(kernel: Client) -> None:
    shape = "class Shape:\n    def area(self):\n        return 4\n\n    class Inner:\n        x = 1"
    plain = "class Plain:\n    colour = 'red'"
    function = "def f(x):\n    # a comment\n    return x\n\nasync def g():\n    pass"
    text = document(shape, plain, function, "import inspect\nshow = inspect.getsource")
    for index in range(1, 5):
        assert kernel.block(text, index).ok
    assert kernel.run("print(show(Shape), end='')").text == shape + "\n"
    assert kernel.run("print(show(Shape.Inner), end='')").text.strip() == "class Inner:\n        x = 1"
    assert kernel.run("print(show(Plain), end='')").text == plain + "\n"
    assert kernel.run("print(show(f), end='')").text == function.split("\n\n")[0] + "\n"
    assert kernel.run("print(show(g), end='')").text == function.split("\n\n")[1] + "\n"
    assert kernel.run("print(inspect.getsourcelines(f)[1])").text == f"{line_of(text, 'def f')}\n"


def test_source_is_found_after_an_unsaved_edit(kernel: Client) -> None:
    text = document("import inspect", "class Shape:\n    sides = 4", "def f():\n    return 1")
    kernel.write(text)
    edited = "New.\n\nWords.\n\n" + text.replace("return 1", "return 2")
    for index in (1, 2, 3):
        kernel.block(edited, index)
    assert "sides = 4" in kernel.run("print(inspect.getsource(Shape))").text
    assert kernel.run("print(inspect.getsource(f))").text == "def f():\n    return 2\n\n"


def test_source_is_that_of_the_last_run(kernel: Client) -> None:
    text = document("import inspect", "class Shape:\n    sides = 4")
    kernel.block(text, 1, "a")
    kernel.block(text, 2, "b")
    edited = "New\n\nlines.\n\n\n" + text.replace("sides = 4", "sides = 3")
    kernel.block(edited, 2, "b")
    assert "sides = 3" in kernel.run("print(inspect.getsource(Shape))").text


def test_lines_survive_linecache_being_checked(kernel: Client) -> None:
    kernel.write(TEXT)
    kernel.block(TEXT, 1)
    kernel.write("All is different now.\n")
    kernel.run("import linecache; linecache.checkcache()")
    assert kernel.run("print(linecache.getline(divide.__code__.co_filename, 5))").text == (
        "    return 1 / x\n\n"
    )


def test_lines_come_back_after_linecache_was_cleared(kernel: Client) -> None:
    kernel.block(TEXT, 1)
    kernel.run("import linecache; linecache.clearcache()")
    shown = kernel.block(TEXT, 2).traceback
    assert "----> 5     return 1 / x" in shown


def test_prose_is_not_in_the_view_of_the_document(kernel: Client) -> None:
    kernel.write(TEXT)
    kernel.block(TEXT, 1)
    shown = kernel.run("import linecache; linecache.getlines(divide.__code__.co_filename)[:]").text
    assert "More words" not in shown
    assert "divide(0)" in shown, "a block that did not run yet"


def test_a_traceback_shows_no_code_of_blocks_that_are_not_in_it(kernel: Client) -> None:
    text = document("first = 1", "middle = 1 / 0", "last = 1")
    kernel.write(text)
    kernel.block(text, 1)
    kernel.block(text, 3)
    shown = kernel.block(text, 2).traceback
    assert "middle" in shown
    assert "first" not in shown
    assert "last" not in shown.replace("(most recent call last)", "")


@pytest.mark.parametrize("mode", ["Verbose", "Plain", "Minimal", "Context"])
def test_every_traceback_mode_has_the_lines(kernel: Client, mode: str) -> None:
    chain = "try:\n    divide(0)\nexcept ZeroDivisionError as error:\n    raise KeyError from error"
    text = document("def divide(x):\n    return 1 / x", chain)
    kernel.block(text, 1)
    kernel.run(f"%xmode {mode}")
    try:
        shown = kernel.block(text, 2).traceback
        again = kernel.run("%tb").text
    finally:
        kernel.run("%xmode Context")
    assert "KeyError" in shown
    if mode != "Minimal":
        for part in ("return 1 / x", "divide(0)", "raise KeyError"):
            assert re.search(rf"intro\.py\.md\D+{line_of(text, part)}\b", shown), shown
    assert again == "" or "KeyError" in again


def test_help_shows_the_source(kernel: Client) -> None:
    kernel.block(TEXT, 1)
    answer = kernel.run("divide??")
    shown = plain(answer.reply["payload"][0]["data"]["text/plain"])
    assert "return 1 / x" in shown
    assert "intro.py.md" in shown


def test_a_nested_cell_has_its_own_name(kernel: Client) -> None:
    text = document("x = 1\nget_ipython().run_cell('y = 1\\n1/0')")
    answer = kernel.block(text, 1)
    shown = answer.contents("error")[0]["traceback"]
    assert any("In[" in line for line in shown)

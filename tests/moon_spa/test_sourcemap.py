"""Source maps: decoded again they say what was put in, and Node finds the line of the document with them."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import moon_spa
from moon_spa.artefact import Origin, Part, esm
from moon_spa.sourcemap import comment, decode_mappings, shifted, source_map

line_numbers = st.integers(1, 100_000)


@given(st.dictionaries(st.integers(1, 400), line_numbers))
def test_a_map_decodes_to_its_lines(lines: dict[int, int]) -> None:
    found = source_map(lines.items(), "page.py.md")
    assert dict(decode_mappings(found["mappings"])) == lines


def test_a_map_has_the_form_of_the_standard() -> None:
    found = source_map([(1, 1), (2, 2), (3, 2), (5, 1)], "page.py.md", "text")
    assert found == {
        "version": 3,
        "sources": ["page.py.md"],
        "names": [],
        "sourcesContent": ["text"],
        "mappings": "AAAA;AACA;AAAA;A;AADA;A",
    }
    assert "sourcesContent" not in source_map([], "page.py.md")
    assert shifted([(1, 9)], 4) == [(5, 9)]


SETUP = """\
function setup({ useState, props, componentName }) {
  const actions = {
    fail: function () {
      throw new Error("no");
    },
  };
  return { actions };
}"""


def module(tmp_path: Path, path: str) -> Path:
    origin = Origin(path, "text of the page")
    file = tmp_path / "component.mjs"
    file.write_text(esm([Part("Failing", SETUP, lines=[(3, 41), (4, 42)])], origin), encoding="utf-8")
    return file


def embedded(text: str) -> Any:
    (data,) = re.findall(r"^//# sourceMappingURL=data:application/json;base64,(.*)$", text, re.M)
    return json.loads(base64.b64decode(data))


def test_a_module_ends_in_its_map(tmp_path: Path) -> None:
    text = module(tmp_path, "page.py.md").read_text(encoding="utf-8")
    lines = text.split("\n")
    pairs = {
        lines[generated - 1].strip(): line for generated, line in decode_mappings(embedded(text)["mappings"])
    }
    assert pairs == {"fail: function () {": 41, 'throw new Error("no");': 42}


@pytest.mark.parametrize("name", ["page.py.md", "Über uns/page <1>.py.md"])
def test_a_stack_trace_names_the_line_of_the_document(tmp_path: Path, name: str) -> None:
    file = module(tmp_path, name)
    script = f"import {{ setup }} from {json.dumps(file.as_uri())}; setup({{}}).actions.fail();"
    command = ["node", "--enable-source-maps", "--input-type=module", "-e", script]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert "page" in done.stderr
    assert re.search(r"\.py\.md:42:", done.stderr), done.stderr


def test_a_comment_cannot_be_left(tmp_path: Path) -> None:
    text = comment(source_map([(1, 1)], "a\nalert(1)//.py.md", "\n</script>"))
    assert text.count("\n") == 1
    assert "<" not in text


DIVIDE = """\
# Division

```python
class Ratio(Component):
    def setup(self, props):
        state = {"count": 0}

        def divide():
            more = state["count"] + 1
            if more:
                state["count"] = more // (more - 1)
```
"""


def test_an_error_of_a_compiled_action_is_at_its_line_of_the_document(tmp_path: Path) -> None:
    file = tmp_path / "ratio.mjs"
    file.write_text(moon_spa.compile(DIVIDE, path="ratio.py.md").esm, encoding="utf-8")
    script = f"""import {{ setup }} from {json.dumps(file.as_uri())};
    const useState = (first) => [first, () => 0];
    try {{ setup({{ useState, props: {{}} }}).actions.divide(); }}
    catch (error) {{ console.log(error.stack); }}"""
    command = ["node", "--enable-source-maps", "--input-type=module", "-e", script]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert "ZeroDivisionError" in done.stdout
    line = DIVIDE[: DIVIDE.index("more // (more")].count("\n") + 1
    assert f"ratio.py.md:{line}:" in done.stdout, done.stdout


LOOPS = """\
class Sums(Component):
    def setup(self, props):
        state = {"total": 0, "items": [1]}
        def add(limit: int):
            many = 0
            for i in range(3):
                for item in state["items"]:
                    many += item
            while many < limit:
                many += 1
            try:
                many = state["items"][many]
            except IndexError:
                many = max(
                    0,
                    many,
                )
            state["total"] = many
"""


def test_heads_and_ends_of_blocks_lead_to_the_statement_that_they_are_of() -> None:
    made = moon_spa.compile(LOOPS)
    script, source = made.setup_js.split("\n"), LOOPS.split("\n")
    pairs = [(script[js - 1].strip(), source[line - 1].strip()) for js, line in made.generated.lines]
    for js, python in [
        ("for (let i", "for i in"),
        ("for (const item", "for item in"),
        ("while (", "while many"),
        ("try {", "try:"),
        ("if (__moon.caught", "except IndexError"),
        ("many = __moon.max_of", "many = max("),
    ]:
        (found,) = [line for text, line in pairs if text.startswith(js)]
        assert found.startswith(python), js
    ends = [line for text, line in pairs if text == "}"]
    assert ends[:3] == ['for item in state["items"]:', "for i in range(3):", "while many < limit:"]


BOTH_SIDES = """\
# Shop

```python
KEY = "secret one"


def twice(n):
    return 2 * n


class Shop(Component):
    def setup(self, props):
        state = {"count": len("secret two")}

        def more():
            # one more, twice
            state["count"] = twice(state["count"] + 1)

        def order(token="secret three"):
            print(KEY, "secret four")

        actions = {"more": more, "order": order, "reset": self.set("count", len("secret five"))}
        return {"state": state, "actions": actions}
```
"""


def test_a_map_holds_the_python_that_runs_in_the_browser_and_no_other_line() -> None:
    made = moon_spa.compile(BOTH_SIDES, path="shop.py.md")
    assert made.placement == {"more": "client", "order": "server", "reset": "client"}
    (text,) = embedded(made.esm)["sourcesContent"]
    lines, shown = BOTH_SIDES.split("\n"), text.split("\n")
    assert [n for n, line in enumerate(shown) if line] == [
        *(7 - 1, 8 - 1),
        *range(lines.index("        def more():"), lines.index("        def more():") + 3),
    ]
    assert all(line in ("", lines[n]) for n, line in enumerate(shown))
    assert "secret" not in text
    assert "secret three" not in made.esm
    assert "sourcesContent" not in embedded(
        moon_spa.compile(BOTH_SIDES.replace("def more", "@server\n        def more")).esm
    )

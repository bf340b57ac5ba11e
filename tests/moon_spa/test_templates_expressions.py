"""An expression has one value: what the server evaluates and what its JavaScript says are the same text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moon_spa import runtime_path, wire
from moon_spa.artefact import descriptor
from moon_spa.findings import ComponentError
from moon_spa.templates.server import View, describe, render
from moon_spa.types import type_of
from tests.moon_spa.node import Node
from tests.moon_spa.recursive import recursive
from tests.moon_spa.templating import compiled, unmarked

VALUES: dict[str, Any] = {
    "i": 7,
    "z": 0,
    "big": 2**53 - 1,
    "f": 2.0,
    "h": -0.5,
    "s": "Añ😀b",
    "e": "",
    "t": True,
    "n": None,
    "l": [3, 1, 2],
    "w": ["b", "a"],
    "x": [1.0, 2.5],
    "d": {"b": 1, "a": 2},
    "r": [{"id": 1, "name": "Ann", "on": True}, {"id": 2, "name": "Bo", "on": False}],
}

EXPRESSIONS = (
    *("i", "f", "h", "s", "t", "n", "l", "x", "d", "r", "[i, s]", "{'k': f}", "(i, 's')"),
    *(
        "i + 1",
        "big + 1",
        "big * big",
        "i - 10",
        "i * f",
        "i / 2",
        "i // -2",
        "i % -4",
        "-i // 2",
        "i ** 2",
        "-h",
        "+i",
    ),
    *(
        "i / z",
        "i // z",
        "i % z",
        "f * 2",
        "f // 2",
        "1 / 3",
        "1e16",
        "f == 2",
        "i == 7.0",
        "t == 1",
        "s == 'x'",
    ),
    *(
        "i < 8",
        "1 < i < 8",
        "i != 7",
        "s < 'B'",
        "w < ['c']",
        "n is None",
        "n is not None",
        "i in l",
        "9 not in l",
    ),
    *(
        "'a' in d",
        "'z' in s",
        "not e",
        "not l",
        "e or 'none'",
        "i and s",
        "z or e or n",
        "s if t else e",
        "t and not e",
    ),
    *(
        "s.upper()",
        "s.lower()",
        "s.title()",
        "s[1]",
        "s[-1]",
        "s[::-1]",
        "s[1:3]",
        "len(s)",
        "s * 2",
        "s + e",
        "s.find('b')",
    ),
    *(
        "' a '.strip()",
        "'a,b'.split(',')",
        "s.replace('b', 'c')",
        "s.startswith('A')",
        "', '.join(w)",
        "s.center(9)",
    ),
    *(
        "l[0]",
        "l[-1]",
        "l[9]",
        "l[1:]",
        "l[::-1]",
        "len(l)",
        "sum(l)",
        "max(l)",
        "min(l)",
        "sorted(l)",
        "l + [4]",
        "l * 2",
    ),
    *(
        "d['a']",
        "d['z']",
        "d.get('z')",
        "d.get('a', 0)",
        "len(d)",
        "list(d)",
        "sorted(d)",
        "list(d.items())",
        "d.a",
    ),
    *(
        "r[0].name",
        "r[0]['id'] + r[1].id",
        "[p.name for p in r]",
        "[p.id for p in r if p.on]",
        "sum(p.id for p in r)",
    ),
    *("[k for k, v in d.items()]", "[v for v in d.values()]", "any(p.on for p in r)", "all(p.on for p in r)"),
    *(
        "[a * b for a in l for b in l]",
        "[str(v) + k for k, v in d.items() if v > 1]",
        "sorted(p.name for p in r)",
    ),
    *(
        "f'{i:>4}|{f:.2f}|{s!r}|{i:,}|{t}'",
        "f'{h:+.1e}'",
        "f'{s:>8}'",
        "str(f)",
        "repr(s)",
        "int('7')",
        "int(h)",
        "float(i)",
    ),
    *(
        "round(h)",
        "round(2.675, 2)",
        "round(i, -1)",
        "abs(h)",
        "bool(e)",
        "divmod(i, 2)",
        "list(range(3))",
        "l == [3, 1, 2]",
    ),
    *(
        "[j for j, w in enumerate(w)]",
        "[a for a, b in zip(l, w)]",
        "list(reversed(l))",
        "x[0]",
        "sum(x)",
        "max(x)",
    ),
    *(
        "i[s[i]]",
        "i.upper(l[9])",
        "i.bad",
        "s + i",
        "n.x",
        "n[0]",
        "i + n",
        "len(i)",
        "s['a']",
        "l['a']",
        "s.a",
        "'%d' + s",
        "f + s",
    ),
)

BODY = """
const { helpers: moon } = modules.runtime, { loads } = modules.wire;
return input.map(({ js, values, types }) => {
  const known = loads(values), state = {};
  for (const name in types) state[name] = moon.as_type(known[name], types[name]);
  const s = { state, py: known, props: {} };
  try {
    return [new Function("return " + js)()(moon)[0](s, [])];
  } catch (error) {
    return [null, error.name + (error.message && ": " + error.message), error.name];
  }
});
"""


def on_both_sides(node: Node, expressions: list[str], space: str) -> list[tuple[str, str, Any]]:
    """Expression, what the server shows, and what Node gives, for those that the compiler takes."""
    taken, requests = [], []
    for text in expressions:
        context = {"state": VALUES if space == "state" else {}, "py": VALUES if space == "py" else {}}
        try:
            made = compiled("Page", f"{{{{ {text} }}}}", context)
        except ComponentError:
            continue
        view = View("Page", made.nodes, "", lambda props: {})
        found = render(view, {**context, "props": {}})
        shown = found.diagnostics[0].message if found.diagnostics else unmarked(found.html)
        types = {name: descriptor(type_of(value)) for name, value in context["state"].items()}
        taken.append((text, shown))
        requests.append({"js": made.client.js, "values": wire.dumps(VALUES), "types": types})
    modules = {"runtime": runtime_path(), "wire": runtime_path().parent / "wire.mjs"}
    return [(*one, got) for one, got in zip(taken, node.call(BODY, requests, modules), strict=True)]


def is_same(shown: str, got: list[Any]) -> bool:
    """Whether the browser shows the text, or raises what Python raises, or says that it does not know."""
    if got[0] is None:
        return got[2] == "Bail" or shown.startswith(f"Page: {got[2]}")
    text = str(got[0]).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text == shown


@pytest.mark.parametrize("space", ["state", "py"])
def test_server_and_browser_agree(node: Node, space: str) -> None:
    found = on_both_sides(node, list(EXPRESSIONS), space)
    assert not [one for one in found if not is_same(one[1], one[2])]
    left_out = set(EXPRESSIONS) - {text for text, _, _ in found}
    assert len(left_out) < len(EXPRESSIONS) // 6, sorted(left_out)
    bails = [text for text, _, got in found if got[0] is None and got[2] == "Bail"]
    assert len(bails) < len(EXPRESSIONS) // 20, bails


NAMES = st.sampled_from([*VALUES, "1", "2.0", "'a'", "[]", "None", "True"])
OPERATORS = st.sampled_from(
    [" + ", " - ", " * ", " / ", " // ", " % ", " == ", " < ", " in ", " and ", " or ", " is "]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, OPERATORS, inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"{t[0]}[{t[1]}]" if t[0] in VALUES else f"({t[0]})[{t[1]}]"),
        st.tuples(
            st.sampled_from(["len", "str", "bool", "sorted", "repr", "max", "abs", "round"]), inner
        ).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"[{t[0]}, {t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"f'{{{t[0].replace(chr(39), chr(34))}}}'"),
        st.tuples(inner, st.sampled_from(["upper", "strip", "lower", "title"])).map(
            lambda t: f"({t[0]}).{t[1]}()"
        ),
    )


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(recursive(NAMES, _larger, max_leaves=6), min_size=5, max_size=15),
    space=st.sampled_from(["state", "py"]),
)
def test_server_and_browser_agree_on_made_up_expressions(node: Node, texts: list[str], space: str) -> None:
    found = on_both_sides(node, texts, space)
    assert not [one for one in found if not is_same(one[1], one[2])]


def test_errors_are_described_alike() -> None:
    assert describe(KeyError("a")) == "KeyError: 'a'"

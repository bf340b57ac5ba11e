"""The cast table: Python's results, refusals in words, and the same in the browser."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moon_spa import casts, wire
from moon_spa.casts import CASTS, CastError, cast_props, cast_value
from tests.moon_spa.node import Node
from tests.moon_spa.test_wire import same

BROWSER = Path(casts.__file__).parent / "browser"
MODULES = {"casts": BROWSER / "casts.mjs", "wire": BROWSER / "wire.mjs"}
IN_JAVASCRIPT = """
const { wire, casts } = modules;
return input.map(([cast, sent]) => {
  try { return ["value", wire.dumps(casts.castValue(cast, wire.loads(sent)))]; }
  catch (error) { return [error instanceof casts.CastError ? "refused" : String(error), ""]; }
});
"""


def in_javascript(node: Node, cases: list[tuple[str, Any]]) -> list[Any]:
    """What the browser's table makes of the cases; CastError where it refuses."""
    answers = node.call(IN_JAVASCRIPT, [[cast, wire.dumps(value)] for cast, value in cases], MODULES)
    return [CastError if how == "refused" else (how, sent and wire.loads(sent)) for how, sent in answers]


def in_python(cast: str, value: Any) -> Any:
    try:
        return ("value", cast_value(cast, value))
    except CastError:
        return CastError


def agree(found: Any, expected: Any) -> bool:
    """Whether both refuse, or both give the same value."""
    if CastError in (found, expected):
        return found is expected
    return found[0] == expected[0] and same(found[1], expected[1])


TABLE = [
    ("int", "7", 7),
    ("int", " -1_000\n", -1000),
    ("int", "+007", 7),
    ("int", "-0", 0),
    ("int", 7.9, 7),
    ("int", -7.9, -7),
    ("int", -0.0, 0),
    ("int", 7.0, 7),
    ("int", True, 1),
    ("int", 2**53 - 1, 2**53 - 1),
    ("int", "9007199254740991", 2**53 - 1),
    ("float", "7", 7.0),
    ("float", "7.5e-3", 0.0075),
    ("float", ".5", 0.5),
    ("float", "5.", 5.0),
    ("float", "1_0.2_5", 10.25),
    ("float", "1e400", math.inf),
    ("float", "-iNfInity", -math.inf),
    ("float", "nan", math.nan),
    ("float", "-0", -0.0),
    ("float", 3, 3.0),
    ("float", 2**60 + 1, float(2**60)),
    ("float", False, 0.0),
    ("str", "abc", "abc"),
    ("str", 7, "7"),
    ("str", 7.0, "7.0"),
    ("str", -0.0, "-0.0"),
    ("str", 1e16, "1e+16"),
    ("str", 0.1, "0.1"),
    ("str", math.nan, "nan"),
    ("str", -math.inf, "-inf"),
    ("str", True, "True"),
    ("str", 2**70, str(2**70)),
    ("bool", True, True),
    ("bool", "true", True),
    ("bool", " FALSE ", False),
    ("bool", "0", False),
    ("bool", "1", True),
    ("bool", 0, False),
    ("bool", -0.0, False),
    ("bool", 0.1, True),
    ("bool", math.nan, True),
    ("bool", 2**70, True),
]
REFUSED = [
    *(
        ("int", value)
        for value in ("7.9", "abc", "", " ", "0x10", "1__0", "_1", "1e3", "٧", "7n", "- 7", "1,0")
    ),
    *(
        ("int", value)
        for value in (2**53, "9007199254740992", 1e300, math.nan, math.inf, "9" * 1001, "\u00a07")
    ),
    *(("float", value) for value in ("abc", "", ".", "e5", "1e", "0x1p3", "infinit", "1.5f", "--1", 10**400)),
    *(("bool", value) for value in ("", "yes", "no", "on", "2", "truthy", "ＴＲＵＥ", "__proto__")),
    *((cast, value) for cast in CASTS for value in ([], [1], {}, {"a": 1})),
]


@pytest.mark.parametrize(("cast", "value", "expected"), TABLE, ids=lambda value: repr(value)[:30])
def test_the_table_gives_the_results_of_python(cast: str, value: Any, expected: Any) -> None:
    assert same(cast_value(cast, value), expected)


@pytest.mark.parametrize(("cast", "value"), REFUSED, ids=lambda value: repr(value)[:30])
def test_what_is_no_value_of_the_cast_is_refused_in_words(cast: str, value: Any) -> None:
    with pytest.raises(CastError) as caught:
        cast_value(cast, value)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "value", [(1, 2), b"7", object(), None, {1, 2}], ids=["tuple", "bytes", "object", "None", "set"]
)
@pytest.mark.parametrize("cast", CASTS)
def test_other_objects_are_refused(cast: str, value: Any) -> None:
    with pytest.raises(CastError, match="is no"):
        cast_value(cast, value)


def test_the_browser_has_the_same_table(node: Node) -> None:
    cases = [*((cast, value) for cast, value, _ in TABLE), *REFUSED, *((cast, None) for cast in CASTS)]
    for case, found in zip(cases, in_javascript(node, cases), strict=True):
        assert agree(found, in_python(*case)), (case, found)


number_texts = st.from_regex(
    r"[ \t]?[+-]?[0-9_]{0,4}[.]?[0-9_]{0,3}([eE][+-]?[0-9]{0,3})?\n?", fullmatch=True
)
inputs = (
    number_texts
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.floats()
    | st.integers()
    | st.integers(-(2**54), 2**54)
    | st.floats().map(repr)
    | st.integers().map(str)
    | st.booleans()
    | st.sampled_from(
        ["tRue", "falSE", "İnf", "ınf", "ſ1", "1\x1c", "\u20281", "\ufeff7", "7\x00", "\x0b7\x0c"]
    )
)


@given(st.lists(st.tuples(st.sampled_from(CASTS), inputs), min_size=1, max_size=30))
def test_python_and_the_browser_agree_on_everything(node: Node, cases: list[tuple[str, Any]]) -> None:
    for case, found in zip(cases, in_javascript(node, cases), strict=True):
        assert agree(found, in_python(*case)), (case, found)


def test_props_are_cast_and_what_is_refused_is_left_out_and_told(node: Node) -> None:
    table = {"qty": "int", "on": "bool", "gone": "int", "none": "float", "__proto__": "int"}
    props = {"qty": "7.9", "on": "true", "none": None, "other": "7", "__proto__": "3"}
    done, problems = cast_props(table, props)
    assert done == {"on": True, "none": None, "other": "7", "__proto__": 3}
    assert problems == {"qty": "prop qty: '7.9' is no int; its default is used"}
    body = """
    const { props, problems } = modules.casts.castProps(...modules.wire.loads(input));
    return modules.wire.dumps([props, problems]);"""
    there = wire.loads(node.call(body, wire.dumps([table, props]), MODULES))
    assert there[0] == done
    assert there[1] == [{"prop": "qty", "message": 'prop qty: "7.9" is no int; its default is used'}]

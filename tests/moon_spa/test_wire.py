"""The wire form: nothing is lost on the way to the browser and back, and what cannot travel is refused."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moon_spa import wire
from moon_spa.types import (
    ANY,
    FLOAT,
    INT,
    NONE,
    NUM,
    STR,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    SetOf,
    TupleOf,
    Type,
    join,
    type_of,
)
from moon_spa.wire import WireError
from tests import strategies
from tests.moon_spa.node import Node
from tests.moon_spa.recursive import recursive

WIRE = {"wire": Path(wire.__file__).parent / "browser" / "wire.mjs"}
ROUND_TRIP = "return input.map((text) => modules.wire.dumps(modules.wire.loads(text)));"

text = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("$0179\u2028<_"), max_size=6
) | st.sampled_from(
    [*strategies.PROSE, "$moon", "7", "10", "007", "__proto__", "constructor", "toString", "</script>"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**53, 2**53 - 1, -(2**53), 10**40])
    | st.floats()
    | st.sampled_from([0.0, -0.0, 1e21, 2.0**53, 2.0**60, 5e-324])
    | text
)
keys = text | st.none() | st.booleans() | st.integers() | st.floats().filter(lambda key: key % 1 > 0)
values = recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(text, inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """Equal in values, types and order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return repr(a) == repr(b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, set):
        return a == b and set(map(repr, a)) == set(map(repr, b))
    if isinstance(a, dict):
        return same(list(a), list(b)) and same(list(a.values()), list(b.values()))
    return bool(a == b)


@given(values)
def test_a_value_comes_back_equal_in_python(value: Any) -> None:
    assert same(wire.loads(wire.dumps(value)), value)


@given(st.lists(values, min_size=1, max_size=20))
def test_a_value_comes_back_equal_through_javascript(node: Node, many: list[Any]) -> None:
    back = node.call(ROUND_TRIP, [wire.dumps(value) for value in many], WIRE)
    for value, one in zip(many, back, strict=True):
        assert same(wire.loads(one), value)


@given(values)
def test_a_type_that_is_known_gives_floats_back(node: Node, value: Any) -> None:
    kind = type_of(value)
    sent = [wire.dumps(value, kind)]
    assert same(wire.loads(sent[0], kind), value)
    if _exact(kind):
        (back,) = node.call(ROUND_TRIP, sent, WIRE)
        assert same(wire.loads(back, kind), value)


@pytest.mark.parametrize(
    "value",
    [(1, "a"), [(1.0, (2,))], {1, 2}, {1.0, 2.5}, {"a", "7"}, set(), {"x": {None}, "y": ()}],
)
def test_tuples_and_sets_of_known_type_cross_javascript(node: Node, value: Any) -> None:
    kind = type_of(value)
    (back,) = node.call(ROUND_TRIP, [wire.dumps(value, kind)], WIRE)
    assert same(wire.restore(wire.loads(back), kind), value)


def _exact(kind: Type) -> bool:
    """Whether a type says of every number in it whether it is a float."""
    return not any(word in repr(kind) for word in ("NUM", "ANY", "INT", "Union"))


def test_the_text_may_stand_in_a_script_element() -> None:
    sent = wire.dumps({"a": "</script><!--\u2028&"})
    assert not set("<>&\u2028") & set(sent)
    assert wire.loads(sent) == {"a": "</script><!--\u2028&"}


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (7.0, {"$moon": "float", "value": 7.0}),
        (-0.0, {"$moon": "float", "value": {"$moon": "-0.0"}}),
        (math.nan, {"$moon": "nan"}),
        (-math.inf, {"$moon": "-inf"}),
        (2**53, {"$moon": "int", "value": "9007199254740992"}),
        (2**53 - 1, 2**53 - 1),
        ({"b": 1, "a": 2}, {"b": 1, "a": 2}),
        ({"b": 1, "1": 2}, {"$moon": "dict", "items": [["b", 1], ["1", 2]]}),
        ({1: "x"}, {"$moon": "dict", "items": [[1, "x"]]}),
        ({"$moon": "nan"}, {"$moon": "dict", "items": [["$moon", "nan"]]}),
    ],
)
def test_what_json_cannot_say_is_tagged(value: Any, data: Any) -> None:
    assert wire.encode(value) == data
    assert same(wire.decode(json.loads(json.dumps(data))), value)


@pytest.mark.parametrize(
    ("kind", "value", "data"),
    [
        (FLOAT, 7.0, 7),
        (FLOAT, -0.0, {"$moon": "-0.0"}),
        (FLOAT, 2.0**60, 2**60),
        (ListOf(FLOAT), [1.0, 2.5], [1, 2.5]),
        (DictOf(STR, FLOAT), {"a": 1.0}, {"a": 1}),
        (DictOf(FLOAT, STR), {1.0: "a"}, {"$moon": "dict", "items": [[1, "a"]]}),
        (Record((("x", FLOAT), ("n", INT))), {"x": 1.0, "n": 1}, {"x": 1, "n": 1}),
        (join(FLOAT, NONE), 1.0, 1),
        (join(ListOf(FLOAT), STR), [1.0], [1]),
        (TupleOf((FLOAT, STR)), (1.0, "a"), [1, "a"]),
        (ListOf(TupleOf((INT,))), [(1,), (2,)], [[1], [2]]),
        (join(TupleOf((INT, INT)), NONE), (1, 2), [1, 2]),
        (LongTuple(FLOAT), (1.0, 2.5), [1, 2.5]),
        (join(ListOf(LongTuple(INT)), NONE), [(1,), (2, 3), ()], [[1], [2, 3], []]),
        (SetOf(FLOAT), {1.0, 2.5}, {"$moon": "set", "items": [1, 2.5]}),
        (NUM, 1, 1),
        (ANY, 1, 1),
    ],
)
def test_a_float_that_lost_its_dot_is_restored_from_the_type(kind: Type, value: Any, data: Any) -> None:
    assert same(wire.decode(data, kind), value)
    assert wire.encode(value, kind) == data


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


CYCLE: list[Any] = []
CYCLE.append({"again": CYCLE})


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ({"rows": [1, (2, 3)]}, "not-sendable", "value['rows'][1] is a tuple"),
        ({"rows": {1, 2}}, "not-sendable", "sorted(…) keeps an order"),
        ([b"x"], "not-sendable", "value[0] is a bytes"),
        ([object()], "not-sendable", "value[0] is an object"),
        ({(1, 2): 3}, "not-sendable", "only None, bool, int, float and str are keys"),
        ({math.nan: 1}, "not-sendable", "key nan"),
        ({1.0: 1}, "not-sendable", "key 1.0, which JavaScript takes for another one"),
        ({-0.0: 1}, "not-sendable", "key -0.0"),
        (CYCLE, "not-sendable", "value[0]['again'] holds itself"),
        ("\ud83d", "not-sendable", "half a character"),
        (nested(70), "too-deep", "more than 64 deep"),
        ([0] * 200_001, "too-large", "at most 200000 values"),
        (["x" * 5_000_000] * 2, "too-large", "at most 8000000 characters"),
        (10**2000, "too-large", "digits"),
    ],
)
def test_what_cannot_travel_is_refused_with_its_place(value: Any, code: str, message: str) -> None:
    with pytest.raises(WireError) as caught:
        wire.encode(value)
    assert caught.value.code == code
    assert message in str(caught.value)


def test_equal_lists_in_one_value_are_no_cycle() -> None:
    row = [1]
    assert wire.encode([row, row]) == [[1], [1]]


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "",
            "{",
            "NaN",
            "[Infinity]",
            "[1,]",
            '"\\ud800"',
            '{"\\udfff": 1}',
            "9007199254740993",
            "1" * 5000,
        ),
        *('{"$moon": "tuple", "items": []}', '{"$moon": 1}', '{"$moon": null}', '{"$moon": []}'),
        *('{"$moon": "nan", "x": 1}', '{"$moon": "int"}', '{"$moon": "int", "value": 9007199254740993}'),
        *('{"$moon": "int", "value": "12 "}', '{"$moon": "int", "value": "7"}'),
        *('{"$moon": "float", "value": "7"}', '{"$moon": "float", "value": 1.5}'),
        *('{"$moon": "float", "value": true}', '{"$moon": "float", "value": {"$moon": "nan"}}'),
        *('{"$moon": "dict", "items": {}}', '{"$moon": "dict", "items": [1]}'),
        *('{"$moon": "dict", "items": [[1, 2, 3]]}', '{"$moon": "dict", "items": [[[], 1]]}'),
        *('{"$moon": "set"}', '{"$moon": "set", "items": [[]]}', '{"$moon": "set", "items": [1, true]}'),
        *('{"$moon": "dict", "items": [[1, 1], [true, 2]]}', '{"$moon": "dict", "items": [[{}, 1]]}'),
        *("[" * 100 + "]" * 100, "[" * 100_000, '{"a":' * 100_000, "[" + "0," * 200_001 + "0]"),
    ],
    ids=lambda sent: sent[:40],
)
def test_a_message_that_is_wrong_is_refused(sent: str) -> None:
    with pytest.raises(WireError) as caught:
        wire.loads(sent)
    assert caught.value.code in ("bad-request", "not-sendable", "too-deep", "too-large")
    assert len(str(caught.value)) < 400


@given(st.text() | recursive(scalars, lambda x: st.lists(x) | st.dictionaries(text, x)).map(repr))
def test_no_text_does_more_than_be_refused(sent: str) -> None:
    with contextlib.suppress(WireError):
        wire.loads(sent)


REFUSED_BY_JAVASCRIPT = """
const { WireError, encode, decode } = modules.wire;
const cycle = []; cycle.push(cycle);
let deep = []; for (let i = 0; i < 70; i++) deep = [deep];
const found = [];
for (const [work, value] of [
  [encode, new Set([1])], [encode, new Date()], [encode, () => 1], [encode, Symbol("x")], [encode, cycle],
  [encode, deep], [encode, "\\ud800"], [encode, new Map([[[], 1]])], [encode, new Map([[NaN, 1]])],
  [decode, deep], [decode, { $moon: "eval" }], [decode, { $moon: "int", value: 7 }], [decode, undefined],
  [decode, { $moon: "dict", items: [1] }], [decode, { $moon: "float", value: "7" }],
]) {
  try { work(value); found.push("kept"); }
  catch (error) { found.push(error instanceof WireError ? error.code : String(error)); }
}
return found;
"""


def test_javascript_refuses_what_python_refuses(node: Node) -> None:
    assert node.call(REFUSED_BY_JAVASCRIPT, None, WIRE) == [
        "kept",
        *["not-sendable"] * 4,
        *["too-deep", "not-sendable", "not-sendable", "not-sendable"],
        *["too-deep", "bad-request", "bad-request", "bad-request", "bad-request", "bad-request"],
    ]


def test_names_of_objects_are_only_names(node: Node) -> None:
    value = {"__proto__": {"polluted": 1}, "constructor": 2, "hasOwnProperty": 3}
    body = "const x = modules.wire.loads(input); return [{}.polluted === undefined, modules.wire.dumps(x)];"
    clean, back = node.call(body, wire.dumps(value), WIRE)
    assert clean
    assert wire.loads(back) == value

"""Each helper is CPython's operation: thousands of values, the awkward ones among them."""

from __future__ import annotations

import copy
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from moon_spa import shaking
from moon_spa.analysis.leaving import STAYING
from tests.moon_spa import values
from tests.moon_spa.container_cases import CONTAINERS
from tests.moon_spa.helper_cases import SCALARS, Case, Function, Typed
from tests.moon_spa.node import Failure, Node, encode, outcome, same

CASES = (*SCALARS, *CONTAINERS)
RUN = """
const moon = new Function("return " + input.text)();
const made = new Map();
const read = (value) => {
  if (value === null || typeof value !== "object") return value;
  if ("js" in value) return new Function("return " + value.js)();
  return "type" in value ? value.type : tools.decode(value);
};
return input.calls.map((given) => {
  const args = given.map(read);
  const result = tools.attempt(() => {
    const found = moon[input.helper](...args);
    return found && typeof found.next === "function" ? Array.from(found) : found;
  });
  return [result, args.map((arg) => (typeof arg === "function" ? null : tools.encode(arg)))];
});
"""


def arguments(case: Case, random: Random) -> list[Any]:
    return [make(random) for make in case.makers]


def sent(value: Any, boxed: bool) -> Any:
    if isinstance(value, Function):
        return {"js": value.js}
    if isinstance(value, Typed):
        return {"type": value.type}
    return encode(value, boxed)


def python_result(case: Case, args: list[Any]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return case.python(*(one.python if isinstance(one, Function) else one for one in args))
    except Exception as error:
        return Failure(type(error).__name__)


def as_written(value: Any) -> Any:
    """What an argument looks like after it went to Node and back."""
    return None if isinstance(value, Function | Typed) else value


def differences(node: Node, case: Case, calls: list[list[Any]]) -> tuple[list[str], int]:
    """What JavaScript does otherwise, and how many calls go to the server."""
    text = shaking.helpers_text([case.helper])
    request = {
        "text": text,
        "helper": case.helper,
        "calls": [[sent(one, case.boxed) for one in args] for args in calls],
    }
    found = []
    bails = 0
    for args, (result, after) in zip(calls, node.call(RUN, request), strict=True):
        shown = copy.deepcopy(args)
        expected = python_result(case, args)
        got = outcome(result)
        if isinstance(got, Failure) and got.name == "Bail":
            bails += 1
            continue
        if got == {"undefined": True}:
            got = None
        if isinstance(expected, Failure) or isinstance(got, Failure):
            equal = isinstance(expected, Failure) and isinstance(got, Failure) and expected.name == got.name
        else:
            equal = same(expected, got, case.boxed)
        changed = [as_written(one) for one in args]
        if equal and not isinstance(expected, Failure) and not any(isinstance(one, Typed) for one in args):
            equal = all(map(same, changed, after, [case.boxed] * len(args)))
        if not equal:
            found.append(
                f"{case.helper}{tuple(shown)!r}: Python {expected!r}, JavaScript {got!r}, arguments {after}"
            )
    return found, bails


def name_of(case: Case) -> str:
    return case.helper


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_helper_gives_what_python_gives(node: Node, case: Case) -> None:
    random = Random(zlib.crc32(case.helper.encode()) + len(case.makers))
    calls = [arguments(case, random) for _ in range(150)]
    found, bails = differences(node, case, calls)
    assert not found, "\n".join(found[:5])
    assert bails <= case.bails * len(calls)


@pytest.mark.parametrize("helper", ["str", "repr"])
def test_text_of_typed_values_is_pythons(node: Node, helper: str) -> None:
    random = Random(5)
    texts: dict[str, Callable[[Any], str]] = {"str": str, "repr": repr}
    case = Case(helper, lambda value, _: texts[helper](value), ())
    pairs = [values.typed(random) for _ in range(600)]
    found, bails = differences(
        node, case, [[value, Typed(kind)] for kind, value in pairs if not holds_any(kind)]
    )
    assert not found, "\n".join(found[:5])
    assert bails < 60


def holds_any(kind: Any) -> bool:
    """Whether ANY is in the type, whose floats would have to be boxed."""
    if isinstance(kind, dict):
        return any(map(holds_any, kind.values()))
    return kind == "a" or (isinstance(kind, list) and any(map(holds_any, kind[1:])))


CHARACTER_METHODS = (
    *("upper", "lower", "title", "capitalize", "swapcase", "isalpha", "isalnum", "isdigit", "isdecimal"),
    *("isnumeric", "isspace", "isupper", "islower", "istitle"),
)


@pytest.mark.parametrize("method", [*CHARACTER_METHODS, "repr_s"])
def test_every_character_that_does_not_bail_is_as_in_python(node: Node, method: str) -> None:
    case = Case(method, repr if method == "repr_s" else lambda text: getattr(text, method)(), ())
    codes = [
        *range(0x600),
        *range(0x1E00, 0x3100, 3),
        *range(0x3100, 0xFFFF, 97),
        *range(0x1F300, 0x1F700, 3),
    ]
    found, _ = differences(node, case, [[chr(code)] for code in codes])
    assert not found, "\n".join(found[:5])


def test_every_helper_stands_alone_and_every_subset_evaluates(node: Node) -> None:
    random = Random(3)
    names = list(shaking.units())
    subsets = [[name] for name in names] + [random.sample(names, random.randint(2, 20)) for _ in range(200)]
    body = """return input.map(([text, names]) => {
      const moon = new Function('"use strict"; return ' + text)();
      return Object.keys(moon).join() === names.join() && names.every((name) => moon[name] !== undefined);
    });"""
    request = [[shaking.helpers_text(subset), sorted(subset)] for subset in subsets]
    assert all(node.call(body, request))
    assert shaking.helpers_text([]) == "{}"


def test_helpers_that_are_said_to_leave_nothing_to_the_server_cannot() -> None:
    assert set(shaking.units()) > STAYING
    assert not {"bail", "Bail"}.intersection(shaking.needed(STAYING))


def test_a_float_that_is_marked_is_a_number_for_whoever_writes_it_as_json(node: Node) -> None:
    body = "return JSON.stringify({ x: new Function('return ' + input)().box(2) });"
    assert node.call(body, shaking.helpers_text(["box"])) == '{"x":2}'


def test_the_files_of_helpers_import_what_they_need(node: Node) -> None:
    module = Path(shaking.__file__).parent / "browser" / "helpers.mjs"
    names = node.call("return Object.keys(modules.moon.helpers)", modules={"moon": module})
    assert set(names) == set(shaking.units())


def test_state_from_the_wire_has_its_type_again(node: Node) -> None:
    """There a tuple is a list; a value of another type leaves to the server."""
    cases = [
        ("new Set(['a'])", ["x", "s"], '["a"]'),
        ("[m.box(1), 'z']", ["t", "f", "s"], '[1,"z"]'),
        ("[1, 2]", ["T", "i"], "[1,2]"),
        (
            "{ a: [m.box(2)], b: null }",
            ["r", {"a": ["l", "f"], "b": ["o", ["t", "f"]]}],
            '{"a":[2],"b":null}',
        ),
        ("new Map([[1, m.box(2)]])", ["d", "i", "f"], "[[1,2]]"),
        ("[1]", ["l", "s"], "Bail"),
        ("[1, 2]", ["t", "f"], "Bail"),
        ("{ a: 1 }", ["r", {"b": "f"}], "Bail"),
        ("undefined", ["l", "f"], "Bail"),
    ]
    body = """
    const m = new Function(`return ${input[0]}`)();
    const plain = (v) => (v instanceof Set || v instanceof Map ? [...v] : v);
    return input[1].map(([js, type]) => {
      try {
        return JSON.stringify(plain(m.restored(new Function("m", `return ${js}`)(m), type)));
      } catch (error) {
        return error.name;
      }
    });"""
    text = shaking.helpers_text(["restored", "box"])
    assert node.call(body, [text, [case[:2] for case in cases]]) == [case[2] for case in cases]

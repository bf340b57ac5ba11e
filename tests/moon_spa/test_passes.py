"""How often an action is compiled: once, where its source shows what it does to the state."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import moon_spa
from moon_spa.analysis import placement
from moon_spa.analysis.actions import Compiled, compile_action
from moon_spa.analysis.store import Store
from moon_spa.spec import Callback, ComponentSpec
from tests.bench.bench_spa import FAMILY, relative

FOLDER = Path(__file__).parent / "components"
HEAD = """
class Case(Component):
    def setup(self, props):
        state = {"count": 0, "items": [1, 2], "label": "x", "last": None}
"""
END = '        return {"state": state, "actions": {"act": act, "other": other}}\n'
ONCE = {
    "a change in place": 'state["items"].append(3)',
    "a change under another name": 'items = state["items"]\nitems.append(3)',
    "a list that becomes a field": 'items = [1]\nitems.append(3)\nstate["items"] = items',
    "a loop over rows": 'for item in state["items"]:\n    state["count"] += item',
    "several at once": 'state["count"], state["label"] = 1, "y"',
    "an action that it calls": 'other()\nstate["count"] += 1',
    "an update": 'state.update({"count": 2}, label="z")',
    "operations": 'if state["count"] < 3:\n    state["count"] += 1',
}
AGAIN = {
    "a field that gets another type": 'if state["last"] is None:\n    state["last"] = 5',
    "a change that is never reached": 'if state["count"]:\n    return\n    state["items"].append(1)',
}


def passes(source: str, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each action was compiled."""
    found: Counter[str] = Counter()

    def counted(spec: ComponentSpec, store: Store, callback: Callback) -> Compiled:
        found[callback.name] += 1
        return compile_action(spec, store, callback)

    monkeypatch.setattr(placement, "compile_action", counted)
    moon_spa.compile(source, namespace={})
    return found


def case(body: str) -> str:
    lines = ["def act():", *(f"    {line}" for line in body.splitlines())]
    lines += ["def other():", '    state["label"] += "!"']
    return HEAD + "".join(f"        {line}\n" for line in lines) + END


@pytest.mark.parametrize("body", ONCE.values(), ids=ONCE)
def test_what_an_action_does_to_the_state_is_foreseen(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert passes(case(body), monkeypatch) == {"act": 1, "other": 1}


@pytest.mark.parametrize("body", AGAIN.values(), ids=AGAIN)
def test_an_action_is_compiled_again_where_its_first_pass_was_wrong(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert passes(case(body), monkeypatch) == {"act": 2, "other": 1}


def test_what_is_not_reached_is_not_in_the_draft() -> None:
    compiled = moon_spa.compile(case(AGAIN["a change that is never reached"]))
    assert "__moon.copy" not in compiled.placed["action", "act"].body


def test_most_actions_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    small = [passes(relative(number), monkeypatch) for number in range(FAMILY)]
    assert {count for found in small for count in found.values()} == {1}
    large = [passes(path.read_text(encoding="utf-8"), monkeypatch) for path in sorted(FOLDER.glob("*.py"))]
    actions, compiled = sum(map(len, large)), sum(found.total() for found in large)
    assert compiled <= 1.5 * actions

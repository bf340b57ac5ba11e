"""The sections `actions` and `lifecycle`: operation mappings are read and checked, callables are bound."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from moon_spa.bindings import Bindings
from moon_spa.component import Component
from moon_spa.findings import ComponentError, Place, finding, refusal
from moon_spa.sections import Run, Where, check_name
from moon_spa.source import below
from moon_spa.spec import CONDITIONS, HOOKS, OPS, Callback, CallbackKind, Condition, Field, Operation
from moon_spa.statuses import Status
from moon_spa.trace import Traced, TracedField, plain
from moon_spa.types import kind_of
from moonlight.diagnostic import Diagnostic
from moonlight.hints import did_you_mean

UNSTABLE = "make such values in an action or in the hook `created`"
"""What to do where setup does not always give the same."""

ValueOf = Callable[[str, str, str, Any], Any]

_KEYS = frozenset({"op", "state", "value", "cond"})
_CONDITION_KEYS = frozenset({"left", "op", "right"})


def refuse_dependent(what: str, status: Status, place: Place) -> ComponentError:
    """The error for something that props decide in a way that no script can follow."""
    why = status.why or "a value from props is used where it cannot be traced"
    hint = (
        'take it from one prop, `StateField("x", from_prop="x", default=0)`, or write it as one expression, '
        '`2 if props["x"] else 1`; '
        "anything else belongs in `data`, in an action or in the hook `created`"
    )
    where = Place(place.path, status.line or place.line)
    if status.is_unstable:
        return refusal("unstable-setup", f"{what} is not always the same: {why}", where, UNSTABLE)
    return refusal("depends-on-props", f"{what} depends on props: {why}", where, hint)


def read_callbacks(
    run: Run, bindings: Bindings, fields: tuple[Field, ...], where: Where, value_of: ValueOf
) -> tuple[dict[str, Callback], dict[str, Callback]]:
    """The actions and the hooks of a component. Raises ComponentError for what is none."""
    for section in ("actions", "lifecycle"):
        status = bindings.dependence.others(section, run.sections[section])
        if status.level == 2:
            what = f"which {'actions' if section == 'actions' else 'hooks'} there are"
            raise refuse_dependent(what, status, where(section, None))
    reader = _Reader(bindings, {field.name: field for field in fields}, where, value_of)
    actions = {name: reader.action(name, value) for name, value in run.sections["actions"].items()}
    hooks = {name: reader.hook(name, value, actions) for name, value in run.sections["lifecycle"].items()}
    return actions, hooks


class _Reader:
    def __init__(
        self, bindings: Bindings, fields: Mapping[str, Field], where: Where, value_of: ValueOf
    ) -> None:
        self.bindings = bindings
        self.fields = fields
        self.where = where
        self.value_of = value_of

    def action(self, name: Any, value: Any) -> Callback:
        place = self.where("actions", str(name))
        check_name("action", name, place)
        return self.callback(name, "action", value, place)

    def hook(self, name: Any, value: Any, actions: Mapping[str, Callback]) -> Callback:
        place = self.where("lifecycle", str(name))
        if name not in HOOKS:
            hint = did_you_mean(str(name), HOOKS, f"the hooks are {', '.join(HOOKS)}")
            raise refusal("unknown-hook", f"{name!r} is no lifecycle hook", place, hint)
        if not isinstance(value, str):
            return self.callback(name, "lifecycle", value, place)
        if value not in actions:
            hint = did_you_mean(value, actions, f"the actions are {', '.join(actions) or 'none'}")
            raise refusal("unknown-action", f"the hook {name} calls {value!r}, no action", place, hint)
        return Callback(name, "lifecycle", (), line=place.line, calls=value)

    def callback(self, name: str, kind: CallbackKind, value: Any, place: Place) -> Callback:
        """One operation, several, or a callable."""
        section = "actions" if kind == "action" else "lifecycle"
        if isinstance(value, Traced):
            value = plain(value)
        if callable(value) and not isinstance(value, Mapping):
            return self.bindings.callback(name, kind, value, place.line)
        several = value if isinstance(value, list | tuple) else [value]
        operations = tuple(self.operation(section, name, one, place) for one in several)
        return Callback(name, kind, operations, line=place.line)

    def operation(self, section: str, name: str, value: Any, place: Place) -> Operation:
        what = f"{'the action' if section == 'actions' else 'the hook'} {name}"
        if not isinstance(value, Mapping):
            hint = 'write `{"op": "add", "state": "count", "value": 1}`, or a function'
            raise refusal("bad-operation", f"{what} is {_shown(value)}", place, hint)
        for key in value:
            if key not in _KEYS:
                hint = did_you_mean(str(key), _KEYS, "an operation has op, state, value and cond")
                raise refusal("bad-operation", f"{what} has the key {key!r}", place, hint)
        op = value.get("op")
        if op not in OPS:
            hint = did_you_mean(str(op), OPS, f"the operations are {', '.join(OPS)}")
            raise refusal("unknown-operation", f"{what} has the operation {op!r}", place, hint)
        if op in ("add", "sub", "set") and "value" not in value:
            hint = f'write `"value": 1` in it, or `self.{op}(…)`'
            raise refusal("bad-operation", f"{what} has no value for {op}", place, hint)
        if op == "toggle" and "value" in value:
            hint = 'leave it out, or write `"op": "set"` to give the state a value'
            raise refusal("bad-operation", f"{what} has a value, which toggle does not use", place, hint)
        state = self.state(value.get("state"), what, place)
        _refuse_field(f"the value of {what}", value.get("value"), place)
        given = (
            None if op == "toggle" else self.value_of(section, name, f"the value of {what}", value["value"])
        )
        cond = (
            self.condition(section, name, value["cond"], what, place)
            if value.get("cond") is not None
            else None
        )
        return Operation(op, state, given, cond)

    def condition(self, section: str, name: str, value: Any, what: str, place: Place) -> Condition:
        if not isinstance(value, Mapping) or set(value) != _CONDITION_KEYS:
            hint = 'write `"cond": {"left": "count", "op": "<", "right": 10}`'
            raise refusal("bad-condition", f"the condition of {what} is {_shown(value)}", place, hint)
        if value["op"] not in CONDITIONS:
            hint = f"the operators are {' '.join(CONDITIONS)}; anything else is written as a function"
            raise refusal(
                "unknown-condition", f"the condition of {what} has the operator {value['op']!r}", place, hint
            )
        left = self.state(value["left"], what, place)
        _refuse_field(f"the condition of {what}", value["right"], place)
        right = self.value_of(section, name, f"the condition of {what}", value["right"])
        return Condition(left, value["op"], right)

    def state(self, name: Any, what: str, place: Place) -> str:
        if isinstance(name, str) and name in self.fields:
            return name
        hint = did_you_mean(
            str(name), self.fields, f"the state fields are {', '.join(self.fields) or 'none'}"
        )
        raise refusal("unknown-state", f"{what} names the state {name!r}", place, hint)


def unused_operations(setup: ast.FunctionDef, cls: type[Component], path: str) -> tuple[Diagnostic, ...]:
    """A warning for each operation that setup makes and forgets: there it changes no state."""
    receiver = setup.args.args[0].arg
    found = []
    todo: list[ast.AST] = list(setup.body)
    while todo:
        node = todo.pop(0)
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=op))) if (
                name == receiver and op in OPS and getattr(cls, op) is getattr(Component, op)
            ):
                message = f"`{ast.unparse(node)}` does nothing here: inside setup it makes an action"
                hint = (
                    f'write it in the section: `"actions": {{"{op}": {ast.unparse(node)}}}`, or in an action'
                )
                found.append(finding("unused-operation", message, Place(path, node.lineno), hint, "warning"))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
        todo[:0] = [part for part in below(node) if not isinstance(part, ast.expr)]
    return tuple(found)


def _refuse_field(what: str, value: Any, place: Place) -> None:
    """Operations know the values of setup, and no other field's."""
    if isinstance(value, TracedField):
        message = f"{what} is a state field, which has no value inside setup"
        raise refusal("state-in-setup", message, place, "write the action as a function")


def _shown(value: Any) -> str:
    return "None" if value is None else kind_of(value)

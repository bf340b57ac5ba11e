"""One action as JavaScript: parameters, the draft of the state, the body, one commit at the end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from moon_spa.analysis.body import Body, Line, Local, Unit
from moon_spa.analysis.convert import descriptor, parameter_descriptor
from moon_spa.analysis.functions import (
    Callee,
    default_values,
    indent,
    open_body,
    own_parameters,
    run,
)
from moon_spa.analysis.leaving import called, leaving
from moon_spa.analysis.names import Names
from moon_spa.analysis.opening import guards
from moon_spa.analysis.operations import Step, find, fit, learn
from moon_spa.analysis.operations import write as write_steps
from moon_spa.analysis.store import Store
from moon_spa.analysis.tables import tables
from moon_spa.analysis.unprovable import Clash, Unprovable
from moon_spa.analysis.values import STATE_SPAN
from moon_spa.annotations import parameter_types
from moon_spa.javascript import text
from moon_spa.spec import Callback, ComponentSpec, Operation, Placed
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    NUM,
    STR,
    DefaultOf,
    DictOf,
    ListOf,
    LongTuple,
    NamedOf,
    SetOf,
    TupleOf,
    Type,
    holds,
    members,
    parts_of,
)

STEP = "  "

_BOXED = re.compile(r"const (\w+_any(?:_\d+)?) = \w+;$")


@dataclass(frozen=True)
class Compiled:
    """What one pass has made of an action."""

    params: tuple[str, ...]
    lines: tuple[Line, ...]
    helpers: frozenset[str]
    steps: tuple[Step, ...] | None
    guarded: tuple[tuple[str, Type], ...] = ()

    def placed(self) -> Placed:
        """The action on the client."""
        operations: tuple[Operation, ...] | None = None
        if self.steps is not None:
            operations = tuple(one for step in self.steps for one in step.operations)
        body = joined(self.lines)
        return Placed(
            "client",
            leaving(body, self.guarded),
            operations=operations,
            params=self.params,
            body=body,
            helpers=self.helpers,
            lines=tuple((i, line.source) for i, line in enumerate(self.lines)),
        )


def joined(lines: Iterable[Line]) -> str:
    """Lines as text."""
    return "\n".join(STEP * line.depth + line.text for line in lines)


def compile_action(spec: ComponentSpec, store: Store, callback: Callback) -> Compiled:
    """One pass over an action. Raises Unprovable."""
    node = callback.node
    assert node is not None
    if isinstance(node, ast.AsyncFunctionDef):
        raise Unprovable("an async function", node.lineno)
    if node.args.vararg or node.args.kwarg or node.args.kwonlyargs:
        raise Unprovable("`*` in the parameters", node.lineno)
    try:
        return _compile(spec, store, callback)
    except Clash as clash:
        raise Unprovable(str(clash), node.lineno) from clash
    except RecursionError:
        raise Unprovable("code nested this deeply", node.lineno) from None


def learn_writes(spec: ComponentSpec, store: Store, callback: Callback) -> tuple[set[str], set[str]]:
    """Learn what a server action may write into the state, where that is clear.

    Returns the names whose values are not clear, and those of objects that may get other keys.
    """
    every = {field.name for field in spec.fields}
    names = Names()
    index = {field.name: field.index for field in spec.fields}
    unit = Unit((callback.kind, callback.name), spec, store, tables(), names, {}, index, tolerant=True)
    assert callback.node is not None
    callee = Callee(unit.key, callback.name, callback.node, callback.resolve)
    store.tolerant = True
    try:
        body = open_body(unit, callee)
        for one in own_parameters(callback.node, callback.resolve):
            body.env = {**(body.env or {}), one.arg: Local(ANY)}
            if one.arg in body.shared:
                store.learn(("variable", body.key, one.arg), ANY)
        run(body)
    except (Unprovable, Clash, RecursionError):
        return every, every
    finally:
        store.tolerant = False
    return unit.unclear, unit.reshaped


def _compile(spec: ComponentSpec, store: Store, callback: Callback) -> Compiled:
    key = (callback.kind, callback.name)
    names = Names()
    drafted = [field.name for field in spec.fields if store.noted(("drafted", key, field.name))]
    guarded = guards(spec, store, key)
    drafts = {
        field.name: names.fresh(field.name)
        for field in spec.fields
        if field.name in drafted or field.name in guarded
    }
    index = {field.name: field.index for field in spec.fields}
    unit = Unit(key, spec, store, tables(), names, drafts, index)
    assert callback.node is not None
    body = open_body(unit, Callee(key, callback.name, callback.node, callback.resolve), entry=True)
    known = {field.name: store.first_known(("field", field.name)) for field in spec.fields}
    fields = {
        f"state.{name}": Local(one, STATE_SPAN if one is INT else None, begun=True)
        for name, one in known.items()
    }
    body.env = {**(body.env or {}), **fields}
    checks = _parameters(body, callback)
    steps = _run(body, not checks and not guarded)
    if steps is not None:
        written, helpers = write_steps(spec, store, steps)
        return Compiled((), tuple(written), helpers, tuple(steps))
    params = tuple(body.locals[one.arg] for one in own_parameters(callback.node, callback.resolve))
    lines = _assembled(body, checks, drafted, guarded)
    text = joined(lines)
    if "_any" in text:
        lines = _used(lines, text)
        text = joined(lines)
    return Compiled(params, tuple(lines), called(text) & unit.helpers, None, tuple(guarded.items()))


def _run(body: Body, may_be_steps: bool) -> list[Step] | None:
    """The action as operations; where that is not all that it does, it is compiled into the body."""
    before = body.env
    try:
        steps = find(body) if may_be_steps else None
    except Unprovable:
        run(body)  # what cannot be proven is what comes first
        raise
    if steps is not None and learn(body, steps) and fit(body, steps):
        return steps
    body.env = before
    run(body)
    _copies(body.unit)
    return steps if steps is not None and fit(body, steps) else None


def _used(lines: list[Line], text: str) -> list[Line]:
    """The lines without copies of arguments that none of them reads."""
    found = [(line, _BOXED.match(line.text)) for line in lines]
    return [line for line, copy in found if copy is None or text.count(copy[1]) > 1]


def _parameters(body: Body, callback: Callback) -> list[Line]:
    """What makes Python values of the arguments: their types are checked, defaults are filled in."""
    assert callback.node is not None
    node = callback.node
    callee = Callee(body.key, callback.name, node, callback.resolve)
    defaults = default_values(body, callee)
    hints = parameter_types(callback.function) if callback.function is not None else {}
    lines = _count_check(body, callback, len(defaults))
    for one in own_parameters(node, callback.resolve):
        js = body.locals[one.arg]
        body.declared.add(one.arg)
        plain = hints.get(one.arg, ANY)
        plain = NUM if plain is FLOAT else plain
        checked = parameter_descriptor(plain)
        kept = plain is NUM and one.arg in body.shared
        found = body.store.intern(("parameter", body.key, one.arg), plain if checked and not kept else ANY)
        default = defaults.get(one.arg)
        if default is None:
            call = f"{callback.name}() missing 1 required positional argument: '{one.arg}'"
            error = f"{body.helper('error')}({text('TypeError')}, {text(call)})"
            lines.append(Line(0, f"if ({js} === undefined) throw {error};", node.lineno))
        else:
            lines.append(Line(0, f"if ({js} === undefined) {js} = {default.js};", node.lineno))
        if checked:
            check = f"{'' if kept else f'{js} = '}{body.helper('as_type')}({js}, {checked});"
            if default is None:
                lines.append(Line(0, check, node.lineno))
            else:
                lines[-1] = Line(0, f"if ({js} === undefined) {js} = {default.js};", node.lineno)
                lines.append(Line(0, f"else {check}", node.lineno))
        if default is not None:
            found = body.store.join(found, default.type, slot=True)
        if default is not None and found is ANY and body.store.has_float(default.type):
            raise body.refuse(f"the default of `{one.arg}`, a float among values of unknown type", one)
        if one.arg in body.shared:
            body.store.learn(("variable", body.key, one.arg), found)
        boxed = ""
        if found is NUM and default is None:
            boxed = body.unit.names.fresh(f"{one.arg}_any")
            lines.insert(-1, Line(0, f"const {boxed} = {js};", node.lineno))
        body.env = {**(body.env or {}), one.arg: Local(found, boxed=boxed)}
    return lines


def _count_check(body: Body, callback: Callback, defaults: int) -> list[Line]:
    """Refuse arguments too many; an action without parameters may be given the event that it handles."""
    assert callback.node is not None
    most = len(own_parameters(callback.node, callback.resolve))
    if not most:
        return []
    takes = f"{most}" if not defaults else f"from {most - defaults} to {most}"
    said = (
        f"{callback.name}() takes {takes} positional argument{'s' if most > 1 or defaults else ''} but more"
    )
    error = f"{body.helper('error')}({text('TypeError')}, {text(said + ' were given')})"
    return [Line(0, f"if (arguments.length > {most}) throw {error};", callback.node.lineno)]


def _copies(unit: Unit) -> None:
    """Note the fields whose objects the action changes; each field is a value of its own between actions."""
    store = unit.store
    changed = {store.find(ref) for ref in unit.mutated}
    for field in unit.spec.fields if changed else ():
        if changed.intersection(store.roots(store.known(("field", field.name)))):
            store.note(("drafted", unit.key, field.name))
            store.note(("copied", unit.key, field.name))


def _assembled(body: Body, checks: list[Line], drafted: list[str], guarded: Mapping[str, Type]) -> list[Line]:
    """The whole body from its parts."""
    unit, main = body.unit, body.lines
    lines = [*checks, *_draft(body, guarded)]
    body.lines = []
    if body.hoisted:
        lines.append(Line(0, f"let {', '.join(body.hoisted)};", body.start))
    if unit.counter:
        lines.append(Line(0, f"let {unit.counter} = 0;", body.start))
    lines += [*unit.written, *body.functions]
    if body.exits:
        head, tail = Line(0, "done: {", body.start), Line(0, "}", body.start)
        main = [head, *map(indent, main), tail]
    lines += main
    index = unit.fields
    end = getattr(body.node, "end_lineno", None) or body.start
    lines += _exact(body, drafted, end)
    for name in drafted:
        js = unit.drafts[name]
        if holds(guarded.get(name, NONE), FLOAT):
            js = f"{body.helper('to_any')}({js}, {descriptor(body, guarded[name])})"
        lines.append(Line(0, f"__set_state_{index[name]}({js});", end))
    return lines


def _exact(body: Body, drafted: list[str], end: int) -> list[Line]:
    """The refusal of ints that state does not hold: before anything is set, whatever the host checks."""
    lines = []
    checks = [_exact_check(body, name) for name in drafted]
    for helper in ("exact", "exact_all"):
        names = [name for name, check in zip(drafted, checks, strict=True) if check == helper]
        if names:
            call = f"{body.helper(helper)}({', '.join(body.unit.drafts[name] for name in names)});"
            lines.append(Line(0, call, end))
    return lines


def _exact_check(body: Body, name: str) -> str:
    """The helper that looks for ints past 2**53 - 1 in the draft of a field; "" where there can be none."""
    found = body.store.plain(body.store.known(("field", name)))
    if _has_keys(found):
        raise body.refuse(f"tuples that are named, or keys, or a `Counter`, in the field `{name}`", body.node)
    known = body.get(f"state.{name}")
    is_small = found is INT and not body.exits and known is not None and known.span is not None
    if is_small or not (holds(found, INT) or holds(found, NUM) or holds(found, ANY)):
        return ""
    return "exact" if _is_scalar(found) else "exact_all"


def _is_scalar(found: Type) -> bool:
    return all(part in (INT, FLOAT, NUM, STR, BOOL, NONE) for part in members(found))


def _has_keys(found: Type) -> bool:
    """Whether there are sets of tuples in a value, or dicts of a kind of their own: the state holds none."""
    keys = found.item if isinstance(found, SetOf) else found.key if isinstance(found, DictOf) else found
    own = keys is not found and isinstance(keys, TupleOf | LongTuple)
    return own or isinstance(found, DefaultOf | NamedOf) or any(map(_has_keys, parts_of(found)))


def _draft(body: Body, guarded: Mapping[str, Type]) -> list[Line]:
    """Variables for the fields that the action changes or has to check; changed objects are copies."""
    unit, line = body.unit, body.start
    store = unit.store
    given = {name: f"__state_{unit.fields[name]}" for name in unit.drafts}
    for name, found in guarded.items():
        given[name] = f"{body.helper('as_type')}({given[name]}, {descriptor(body, found)})"
    lines: list[Line] = []
    for name, js in unit.drafts.items():
        declared = "let" if store.noted(("assigned", unit.key, name)) else "const"
        value = given[name]
        if store.noted(("copied", unit.key, name)):
            found = store.plain(store.known(("field", name)))
            flat = isinstance(found, ListOf) and _is_scalar(found.item)
            value = f"{value}.slice()" if flat else f"{body.helper('copy')}({value})"
        lines.append(Line(0, f"{declared} {js} = {value};", line))
    return lines

"""Which callable runs where: all actions together, until nothing more is learned about the component."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from typing import Literal

from moon_spa.analysis.actions import Compiled, compile_action, learn_writes
from moon_spa.analysis.body import words
from moon_spa.analysis.data import settled_keys
from moon_spa.analysis.foreseen import Foresight
from moon_spa.analysis.opening import contract, leave_open, open_fields
from moon_spa.analysis.operations import value_type
from moon_spa.analysis.reach import Reach
from moon_spa.analysis.reads import Reads
from moon_spa.analysis.store import Store
from moon_spa.analysis.tables import STATEMENTS
from moon_spa.analysis.unprovable import Clash, Unprovable
from moon_spa.findings import Place, unwritable
from moon_spa.forms import operations_body
from moon_spa.javascript import UnwritableError, is_identifier, text
from moon_spa.spec import Callback, CallbackKind, ComponentSpec, Operation, Placed
from moon_spa.types import ANY, BOOL, FLOAT, Type, type_of

Mode = Literal["auto", "server"]
Key = tuple[CallbackKind, str]

MOST_PASSES = 30
"""A component whose types are not settled after so many passes stays on the server."""


@dataclass(frozen=True)
class Analysis:
    """Every callable on its side, and the types of all fields."""

    placed: Mapping[Key, Placed]
    types: Mapping[str, Type]


def analyse(spec: ComponentSpec, mode: Mode = "auto") -> Mapping[Key, Placed]:
    """Where each callable of a component runs, and its JavaScript; keys are ``(kind, name)``."""
    return examine(spec, mode).placed


def examine(spec: ComponentSpec, mode: Mode = "auto") -> Analysis:
    """The same, with the types that the fields have over all writes."""
    callbacks = {(one.kind, one.name): one for one in (*spec.actions.values(), *spec.lifecycle.values())}
    reach = Reach(spec)
    foresight = Foresight(spec, reach)
    placed: dict[Key, Placed] = {}
    pending: dict[Key, Callback] = {}
    for key, callback in callbacks.items():
        found = _placed_at_once(callback, mode) or _foreign(callback, reach)
        if found is None:
            pending[key] = callback
        else:
            placed[key] = found
    settled = settled_keys(spec, reach)
    while True:
        servers = [callbacks[key] for key, one in placed.items() if one.side == "server"]
        store = _store(spec, callbacks.values(), settled, Store(reach.scans))
        compiled, failures = _settle(spec, store, foresight, pending, servers)
        if not failures:
            break
        for key, why in failures.items():
            found = server_call(pending.pop(key), why.construct, why.line)
            placed[key] = replace(found, returned=why.returned)
    placed |= {key: one.placed() for key, one in compiled.items()}
    types = {field.name: contract(store, field) for field in spec.fields}
    for key, callback in callbacks.items():
        if callback.operations is not None and not callback.calls:
            placed[key] = _declared(spec, placed[key], types)
    return Analysis({key: placed[key] for key in callbacks}, types)


def _placed_at_once(callback: Callback, mode: Mode) -> Placed | None:
    """Callables whose side needs no analysis."""
    if callback.calls:
        body = f"__callAction({text(callback.calls)});"
        return Placed("client", line=callback.line, body=body, lines=((0, callback.line),))
    if callback.operations is not None:
        return Placed("client", line=callback.line, operations=callback.operations)
    if callback.side == "server":
        return server_call(callback, "marked `@server`", callback.line)
    if mode == "server":
        return server_call(callback, 'mode="server"', callback.line)
    if callback.node is None:
        why = callback.resolve(callback.name).why or "a function that is defined elsewhere"
        return server_call(callback, why, callback.line)
    return None


def _foreign(callback: Callback, reach: Reach) -> Placed | None:
    """A server call where there is a statement that nothing compiles; the analysis is spared that action."""
    assert callback.node is not None
    scan = reach.scans.of(callback.node)
    unknown = {kind for kind in scan.kinds if issubclass(kind, ast.stmt) and kind not in STATEMENTS}
    for node in scan.own if unknown else ():
        if isinstance(node, ast.stmt) and type(node) in unknown:
            return server_call(callback, words(node), node.lineno)
    return None


def _declared(spec: ComponentSpec, placed: Placed, types: Mapping[str, Type]) -> Placed:
    """An action that is declared as operations, in the seed's form."""
    try:
        body = operations_body(placed.operations or (), spec.fields, types)
    except UnwritableError as error:
        raise unwritable("the value of an operation", error, Place(spec.path, placed.line)) from None
    lines = tuple((i, placed.line) for i in range(body.js.count("\n") + 1))
    return replace(placed, body=body.js, helpers=body.helpers, lines=lines)


def server_call(callback: Callback, reason: str, line: int) -> Placed:
    """A callable that runs its Python on the server."""
    target = f"{text(callback.kind)}, {text(callback.name)}"
    params, given = _passed_on(callback)
    return Placed(
        "server",
        reason,
        line,
        operations=(Operation("server_call", callback.name, kind=callback.kind),),
        params=params,
        body=f"__serverCall({target}{given});",
        lines=((0, callback.line),),
    )


def _passed_on(callback: Callback) -> tuple[tuple[str, ...], str]:
    """Parameters of a server call: by name where all have to be given, else whatever comes."""
    if callback.function is None:
        return (), ""
    try:
        found = signature(callback.function).parameters.values()
    except (TypeError, ValueError):
        return ("...args",), ", args"
    names = tuple(one.name for one in found)
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    if all(one.kind in positional and one.default is one.empty and is_identifier(one.name) for one in found):
        return names, f", [{', '.join(names)}]" if names else ""
    return ("...args",), ", args"


def _settle(
    spec: ComponentSpec,
    store: Store,
    foresight: Foresight,
    pending: Mapping[Key, Callback],
    servers: list[Callback],
) -> tuple[dict[Key, Compiled], dict[Key, Unprovable]]:
    """Compile those actions again that have read what changed since; or tell which cannot be proven."""
    found: dict[Key, Compiled | Unprovable | None] = {}
    reads: dict[Key, Reads] = {}
    callbacks: dict[Key, Callback] = {(one.kind, one.name): one for one in servers}
    callbacks |= pending
    for _ in range(MOST_PASSES):
        stale = [key for key in callbacks if key not in reads or store.stale(reads[key])]
        if not stale:
            open_fields(spec, store)
            stale = [key for key in callbacks if store.stale(reads[key])]
        if not stale:
            failures = {key: one for key, one in found.items() if isinstance(one, Unprovable)}
            return {key: one for key, one in found.items() if isinstance(one, Compiled)}, failures
        for key in stale:
            callback = callbacks[key]
            first = key not in reads and callback.node is not None
            reads[key] = store.watch(foresight.facts(callback) if first else frozenset())
            found[key] = _examined(spec, store, callback, key in pending)
    return {}, {key: Unprovable("types that never settle", one.line) for key, one in pending.items()}


def _examined(
    spec: ComponentSpec, store: Store, callback: Callback, is_client: bool
) -> Compiled | Unprovable | None:
    """One pass over a callback; of a server's only what it writes is learned."""
    if not is_client:
        _learn_server(spec, store, callback)
        return None
    try:
        return compile_action(spec, store, callback)
    except Unprovable as why:
        return why


def _store(spec: ComponentSpec, callbacks: Iterable[Callback], settled: set[str], store: Store) -> Store:
    """What is known before the first pass: first values and declared operations."""
    for field in spec.fields:
        found = field.initial.type if field.initial else field.type
        if found is ANY and isinstance(field.default, list | dict):
            leave_open(store, "vague", field.name)
        else:
            _learn(store, field.name, found, field.initial is None)
        if field.from_prop is not None or found is ANY:
            _learn(store, field.name, type_of(field.default), written=True)
    for callback in callbacks:
        for one in callback.operations or ():
            found = BOOL if one.op == "toggle" else value_type(one.value)
            _learn(store, one.state, found)
    for key in settled:
        store.note(("settled", key))
    return store


def _learn(store: Store, name: str, found: Type, written: bool = True) -> None:
    """A field has a value of a type before the first action, `written` as the final type says."""
    try:
        store.learn(("field", name), store.intern(("first", name), found, written=written))
    except Clash:
        store.learn(("field", name), ANY)
    if not written and found is FLOAT:
        store.note(("raw", name))


def _learn_server(spec: ComponentSpec, store: Store, callback: Callback) -> None:
    """A server action may write any value where nothing else says what a field holds."""
    node = callback.node
    if isinstance(node, ast.FunctionDef) and not any(
        one.value is not None for one in store.scans.of(node).returns
    ):
        unclear, reshaped = learn_writes(spec, store, callback)
    else:
        unclear = reshaped = {field.name for field in spec.fields}
    for field in spec.fields:
        if field.name in unclear:
            leave_open(store, "unclear", field.name)
        if field.name in reshaped:
            leave_open(store, "reshaped", field.name)

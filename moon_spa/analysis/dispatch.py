"""Dicts of functions, of which one is called by its key: `operations[sign](a, b)`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import taken_as
from moon_spa.analysis.functions import Callee, call_function
from moon_spa.analysis.names import stored_name
from moon_spa.analysis.operators import either
from moon_spa.analysis.state import binding_of, is_local
from moon_spa.analysis.values import ASSIGN, EQUAL, Value
from moon_spa.javascript import text
from moon_spa.source import all_nodes
from moon_spa.spec import Binding
from moon_spa.types import ANY, BOOL, STR

CallBinding = Callable[[Body, Binding, str, ast.Call], Value]
Entry = Callable[[ast.Call], Value]
CALLED = ("action", "builtin", "helper", "math")
"""Kinds of bindings that can be called."""


def keep_table(c: Body, name: str, node: ast.Dict) -> bool:
    """Whether a variable is a dict of functions and never anything else: calls look into its source."""
    texts = [one for one in node.keys if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if not texts or len(texts) < len(node.keys) or not all(_is_function(c, one) for one in node.values):
        return False
    stores = [one for one in all_nodes(c.node) if stored_name(one) == name]
    if c.depth or c.loops or c.guards or len(stores) > 1 or name not in c.locals:
        return False
    c.callables[name] = node
    return True


def call_entry(c: Body, func: ast.Subscript, node: ast.Call, call_binding: CallBinding) -> Value:
    """`table[key](a, b)`: key, then arguments, are evaluated once; a key that is not there is a KeyError."""
    entries = _entries(c, func.value, call_binding)
    if entries is None or node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
        raise c.refuse("a call of a function that is computed", node)
    key = taken_as(c, c.expression(func.slice), STR)
    if key.type is not STR:
        raise c.refuse(f"a key that is {c.store.describe(key.type)}", node)
    held = c.temporary("key")
    known = f"[{', '.join(map(text, entries))}].includes({held})"
    steps = [f"{held} = {key.at(ASSIGN)}", f'{known} || {c.helper("raise")}("KeyError", {held})']
    kept = c.scoped
    names: list[ast.expr] = []
    for i, one in enumerate(node.args):
        value = c.expression(one)
        js = c.temporary("given")
        steps.append(f"{js} = {value.at(ASSIGN)}")
        c.scoped = {**c.scoped, f"#{i}": (f"{i}#{js}", js)}
        c.set(f"{i}#{js}", value.type, value.span)
        names.append(ast.copy_location(ast.Name(f"#{i}", ast.Load()), one))
    made = ast.copy_location(ast.Call(func, names, []), node)
    value = _chosen(c, list(entries.items()), held, made)
    c.scoped = kept
    js = f"({', '.join([*steps, value.at(ASSIGN)])})"
    boxed = f"({', '.join([*steps, value.boxed])})" if value.boxed else ""
    return Value(js, value.type, span=value.span, boxed=boxed)


def _chosen(c: Body, entries: list[tuple[str, Entry]], key: str, node: ast.Call) -> Value:
    """The call of the function under the key, of which there is one."""
    (name, function), *rest = entries
    start = c.env
    value = function(node)
    if not rest:
        return value
    after, c.env = c.env, start
    other = _chosen(c, rest, key, node)
    c.env = c.merge(after, c.env)
    test = Value(f"{key} === {text(name)}", BOOL, EQUAL)
    return either(c, test, value, other)


def keys_of_table(c: Body, node: ast.expr) -> Value | None:
    """The keys of a dict of functions, as a list that is only gone through; None for anything else."""
    found = _table(c, node)
    if found is None:
        return None
    names = [ast.literal_eval(one) for one in found.keys if one] if isinstance(found, ast.Dict) else found
    return Value(f"[{', '.join(map(text, names))}]", ANY, pure=True)


def _table(c: Body, node: ast.expr) -> ast.Dict | Mapping[str, Binding] | None:
    if isinstance(node, ast.Name):
        owner = _owner(c, node.id)
        if owner is not None:
            return owner.callables.get(node.id)
    if not isinstance(node, ast.Name | ast.Attribute):
        return None
    binding = binding_of(c, node)
    return binding.value if binding.kind == "table" else None


def _owner(c: Body, name: str) -> Body | None:
    """The function whose variable a name is."""
    body: Body | None = c if name not in c.scoped else None
    while body is not None and name not in body.locals:
        body = body.outer
    return body


def _entries(c: Body, node: ast.expr, call_binding: CallBinding) -> dict[str, Entry] | None:
    """The functions of a table, by their keys."""
    table = _table(c, node)
    if isinstance(table, ast.Dict):
        assert isinstance(node, ast.Name)
        owner = _owner(c, node.id) or c
        pairs = zip(table.keys, table.values, strict=True)
        return {ast.literal_eval(key): _local(c, owner, one, call_binding) for key, one in pairs if key}
    if table is None:
        return None
    return {key: _bound(c, one, call_binding) for key, one in table.items()}


def _local(c: Body, owner: Body, node: ast.expr, call_binding: CallBinding) -> Entry:
    if isinstance(node, ast.Lambda):
        callee = Callee((owner.key, node.lineno, node.col_offset), "entry", node, owner.resolve, owner)
        return lambda call: call_function(c, callee, call)
    if isinstance(node, ast.Name) and node.id in owner.nested:
        inner = Callee((owner.key, node.id), node.id, owner.nested[node.id], owner.resolve, owner)
        return lambda call: call_function(c, inner, call)
    return _bound(c, binding_of(owner, node), call_binding)


def _bound(c: Body, binding: Binding, call_binding: CallBinding) -> Entry:
    return lambda call: call_binding(c, binding, binding.name, call)


def _is_function(c: Body, node: ast.expr) -> bool:
    """Whether an expression is a function whose source, or meaning, is known."""
    if isinstance(node, ast.Name) and is_local(c, node.id):
        return node.id in c.nested
    return isinstance(node, ast.Lambda) or (
        isinstance(node, ast.Name | ast.Attribute) and binding_of(c, node).kind in CALLED
    )

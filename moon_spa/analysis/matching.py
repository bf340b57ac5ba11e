"""`match`: a chain of tests; a pattern binds its variables once all of it fits, before its guard is asked."""

from __future__ import annotations

import ast
from dataclasses import replace

from moon_spa.analysis.assignments import held
from moon_spa.analysis.body import Body, Env, Local
from moon_spa.analysis.narrowing import narrowed, variable
from moon_spa.analysis.operators import condition
from moon_spa.analysis.patterns import Found, both, fits
from moon_spa.analysis.values import Value
from moon_spa.analysis.variables import assign, declare, hoist
from moon_spa.types import BOOL, Type, Union


def match_node(c: Body, node: ast.Match) -> None:
    """`match subject: case pattern if guard: …`."""
    subject = _subject(c, node)
    ends: list[Env | None] = []
    opened = False
    for case in node.cases:
        c.line = case.pattern.lineno
        found = fits(c, subject, case.pattern)
        if found.test.constant is False:
            continue
        before = c.env
        c.env = _known(c, node.subject, found.hit)
        test = found.test if case.guard is None else both(found.test, _guard(c, found, case.guard))
        always = test.constant is True
        missed = _missed(c, node, found, case.guard, before)
        if always and opened and all(isinstance(one, ast.Pass) for one in case.body):
            ends.append(c.env)
            c.env = None
            break
        if not always or opened:
            head = "{" if always else f"if ({test.js}) {{"
            c.write(f"}} else {head}" if opened else head)
            opened = True
        _case(c, found, case, opened)
        ends.append(c.env)
        c.env = None if always else missed
        if always:
            break
        if case.guard is None:
            subject = subject.typed(found.miss)
    if opened:
        c.write("}")
    for end in ends:
        c.env = c.merge(c.env, end)


def _subject(c: Body, node: ast.Match) -> Value:
    """The value that is matched: held, where a case may give its variable another before the last test."""
    value = c.expression(node.subject)
    inside = [one for case in node.cases for one in ast.walk(case.pattern)]
    names = {getattr(one, "name", None) or getattr(one, "rest", None) for one in inside}
    changes = any(case.guard for case in node.cases) or any(
        c.locals.get(name or "") == value.js for name in names
    )
    return held(c, replace(value, simple=value.simple and not changes), "subject")


def _guard(c: Body, found: Found, guard: ast.expr) -> Value:
    """The guard of a case, with the assignments of its variables before it."""
    texts = []
    for name, value in found.names:
        hoist(c, name)
        texts.append(assign(c, name, value, guard).js)
    asked = condition(c, guard)
    if not texts:
        return asked
    return Value(f"({', '.join([*texts, asked.js])})", BOOL)


def _case(c: Body, found: Found, case: ast.match_case, opened: bool) -> None:
    """The body of a case."""
    c.depth += opened
    if case.guard is None:
        for name, value in found.names:
            js = assign(c, name, value, case.pattern).js
            c.write(f"{declare(c, name, js)};")
    else:
        c.env = narrowed(c, c.env, case.guard, True)
    c.block(case.body)
    c.depth -= opened


def _missed(c: Body, node: ast.Match, found: Found, guard: ast.expr | None, before: Env | None) -> Env | None:
    """What is known where a case is not taken; before its body is written."""
    if guard is None:
        after, c.env = c.env, before
        missed = _known(c, node.subject, found.miss)
        c.env = after
        return missed
    asked = narrowed(c, c.env, guard, False)
    return asked if found.test.constant is True else c.merge(before, asked)


def _known(c: Body, node: ast.expr, found: Type) -> Env | None:
    """The variables where that which is matched is of a type."""
    name = variable(c, node)
    known = c.get(name) if name is not None else None
    if c.env is None or name is None or known is None or not isinstance(known.type, Union):
        return c.env
    return {**c.env, name: Local(found, None, known.maybe, begun=known.begun)}

"""Text made of values: f-strings, `format`, `%`."""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import is_short, known_number, quoted, text, text_descriptor
from moon_spa.analysis.values import ATOM, Missing, Value, call
from moon_spa.javascript import literal
from moon_spa.javascript import text as quote
from moon_spa.types import BOOL, FLOAT, INT, NEVER, NUM, STR, TupleOf

FORMATS = {INT: "format_i", FLOAT: "format_f", STR: "format_s", BOOL: "format_b"}
REAL_SPECS = frozenset("feEgG%")


def joined_str(c: Body, node: ast.JoinedStr) -> Value:
    """An f-string: a template literal."""
    parts: list[str] = []
    pure = True
    for one in node.values:
        if isinstance(one, ast.Constant):
            parts.append(chunk(str(one.value)))
            continue
        value = formatted_value(c, one)
        pure = pure and value.pure
        if isinstance(value.constant, str):
            parts.append(chunk(value.constant))
        else:
            parts.append(f"${{{value.js}}}")
    if all("${" not in part for part in parts):
        return Value(
            f"`{''.join(parts)}`" if "`" in parts else _plain("".join(parts)), STR, pure=True, simple=True
        )
    return Value(f"`{''.join(parts)}`", STR, ATOM, pure=pure)


def _plain(escaped: str) -> str:
    """A template without values is a plain string."""
    return '"' + escaped.replace("\\`", "`").replace("\\${", "${").replace('"', '\\"') + '"'


def chunk(part: str) -> str:
    """A piece of text inside a template literal."""
    return quote(part)[1:-1].replace('\\"', '"').replace("`", "\\`").replace("${", "\\${")


def formatted_value(c: Body, node: ast.expr) -> Value:
    """One `{value!r:spec}` of an f-string, as a text or an int."""
    assert isinstance(node, ast.FormattedValue)
    value = c.expression(node.value)
    if value.type is NEVER:
        return value
    if node.conversion == ord("r"):
        value = quoted(c, value)
    elif node.conversion == ord("s"):
        value = text(c, value)
    elif node.conversion == ord("a"):
        raise c.refuse("`!a` in an f-string", node)
    if node.format_spec is None:
        return value if value.type is INT and is_short(c, value) else text(c, value)
    spec = c.expression(node.format_spec)
    return formatted(c, value, spec, node)


def formatted(c: Body, value: Value, spec: Value, node: ast.AST) -> Value:
    """`format(value, spec)`."""
    if value.type in FORMATS:
        return call(c.helper(FORMATS[value.type]), value, spec, result=STR)
    given = spec.constant if isinstance(spec.constant, str) else _constant_text(spec.js)
    if value.type is NUM and given and given[-1] in REAL_SPECS:
        return call(c.helper("format_f"), value, spec, result=STR)
    value = known_number(value)
    if value.type is NUM:
        raise c.refuse("the text of a number that may be int or float", node)
    return call(c.helper("format_a"), value, spec, text_descriptor(c, value.type), result=STR)


def _constant_text(js: str) -> str:
    return js[1:-1] if js.startswith('"') and js.count('"') == 2 and "\\" not in js else ""


def percent(c: Body, template: Value, value: Value, node: ast.AST) -> Value:
    """`"%s of %d" % (a, b)`; the values are a tuple written out, or one scalar."""
    types = value.type.items if isinstance(value.type, TupleOf) else (value.type,)
    if value.type not in FORMATS and not isinstance(value.type, TupleOf):
        raise c.refuse(f"`%` of a text and {c.store.describe(value.type)}", node)
    names = f"[{', '.join(text_descriptor(c, one) for one in types)}]"
    values = value.js if isinstance(value.type, TupleOf) else f"[{value.js}]"
    return call(c.helper("percent"), template, values, names, result=STR)


def format_method(
    c: Body, template: Value, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """`"{} of {n}".format(a, n=b)`."""
    if template.constant is Missing:
        raise c.refuse("`format` of a text that is computed", node)
    values = f"[{', '.join(one.js for one in args)}]"
    types = f"[{', '.join(text_descriptor(c, one.type) for one in args)}]"
    if not named:
        return call(c.helper("format_map"), template, values, types, "{}", "{}", result=STR)
    names = ", ".join(f"{literal(name)}: {one.js}" for name, one in named.items())
    name_types = ", ".join(f"{literal(name)}: {text_descriptor(c, one.type)}" for name, one in named.items())
    return call(
        c.helper("format_map"), template, values, types, f"{{ {names} }}", f"{{ {name_types} }}", result=STR
    )

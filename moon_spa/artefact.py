"""The one file of a component: an ES module that JupyterLab, Notebook, a server and a plain page run alike.

It exports ``default`` with anywidget's contract ``{ render({ model, el }) }``, ``setup``, the function of the
component, ``bind(serverCall)``, which makes that function with a way to the server, and ``component``, all
that ``mount`` of `browser/mount.mjs` needs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moon_spa import javascript, sourcemap
from moon_spa.bundling import composed
from moon_spa.features import Feature, entry, is_plain
from moon_spa.shaking import helpers_text
from moon_spa.types import (
    BOOL,
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
    Union,
    as_dict,
)

Line = tuple[int, int]

_SIMPLE = (NONE, BOOL, INT, FLOAT, NUM, STR)
_CHECKS = frozenset({"commit", "restored"})


@dataclass(frozen=True)
class Part:
    """A component of the file: the one that it is for, or one that its template uses.

    `lines` are pairs of a line of `setup_js`, from 1, and a line of the document; `template_lines` are those
    of `template`, a function of JavaScript as `moon_spa.templates.client` writes it. `heads` has the lines
    of actions and hooks. `features` are what the template uses; `asks` says whether anything of the component
    may run on the server, `reads_props` whether its props matter.
    """

    name: str
    setup_js: str
    fields: Sequence[tuple[str, Type]] = ()
    data: Iterable[str] = ()
    casts: Mapping[str, str] = field(default_factory=dict)
    helpers: frozenset[str] = frozenset()
    template: str | None = None
    style: str = ""
    lines: Iterable[Line] = ()
    template_lines: Iterable[Line] = ()
    heads: Mapping[str, int] = field(default_factory=dict)
    features: frozenset[Feature] = frozenset()
    asks: bool = True
    reads_props: bool = True

    @property
    def checks(self) -> frozenset[str]:
        """The helpers that check state: needed for all but numbers, texts and truths."""
        simple = all(kind in _SIMPLE for _, kind in self.fields)
        return frozenset() if self.template is None or simple else _CHECKS


EXPORTS = "export { bind, component, setup };\nexport default { render };\n"


@dataclass(frozen=True)
class Origin:
    """The document that a source map leads to; with its `text` a page needs no access to it."""

    path: str
    text: str | None = None


def esm(parts: Sequence[Part], origin: Origin | None = None) -> str:
    """The text of the module for the first of `parts`; with `origin` it ends in a source map."""
    first = parts[0]
    features = needed_features(parts)
    runtime = composed(entry(features)) if first.template is not None else None
    helpers = frozenset[str]().union(*(part.helpers for part in parts), runtime.helpers if runtime else ())
    if "typed-plain" not in features:
        helpers = helpers.union(*(part.checks for part in parts))
    name = javascript.text(first.name)
    text = f"const __moon = {helpers_text(helpers)};\n"
    text += "const components = {};\n"
    lines: list[Line] = []
    for part in parts:
        made, own = _written(part)
        lines += sourcemap.shifted(own, text.count("\n"))
        text += made
    text += f"const component = components[{name}];\nconst bind = component.setup;\n"
    text += f"{_UNAVAILABLE if any(part.asks for part in parts) else 'const setup = bind();'}\n"
    text += f"const render = {runtime.js}.renderer(component, __moon);\n" if runtime else f"{_NOTICE}\n"
    text += EXPORTS
    if origin is None:
        return text
    return text + sourcemap.comment(sourcemap.source_map(lines, origin.path, origin.text))


def needed_features(parts: Sequence[Part]) -> frozenset[Feature]:
    """What the module for the first of `parts` needs of the runtime."""
    found: set[Feature] = set().union(*(part.features for part in parts))
    asks = any(part.asks for part in parts)
    plain = not asks and all(is_plain(kind) for part in parts for _, kind in part.fields)
    found.add("send-plain" if plain else "send")
    found.add("receive-plain" if plain and not parts[0].reads_props else "receive")
    if asks or parts[0].reads_props or "use" in found:
        found.add("props")
    if plain and any(part.checks for part in parts):
        found.add("typed-plain")
    if asks:
        found.add("server")
    if any(part.casts for part in parts):
        found.add("casts")
    if any(part.style for part in parts):
        found.add("style")
    return frozenset(found)


def shared(text: str) -> str:
    """A module of `esm` that is made once in a page: under another address it gives what the first one made.

    Its lines stay where they are. A page never forgets a module, and every model of a widget brings one.
    """
    key = javascript.text(hashlib.sha256(text.encode()).hexdigest())
    code, _, source_map = text.rpartition(EXPORTS)
    return f"""\
function make() {{ {code}return {{ render }};
}}
const made = (globalThis[Symbol.for("moon_spa")] ??= new Map());
if (!made.has({key})) made.set({key}, make());
const {{ render }} = made.get({key});
export default {{ render }};
{source_map}"""


def expression(parts: Sequence[Part]) -> str:
    """The component of the first of `parts` as JavaScript expression; ``__moon`` is around it."""
    made = "".join(_written(part)[0] for part in parts)
    return (
        f"(()=>{{\nconst components={{}};\n{made}return components[{javascript.text(parts[0].name)}];\n}})()"
    )


def _written(part: Part) -> tuple[str, list[Line]]:
    """A component as a statement, and the lines of the document that its lines, from 1, come from.

    It knows its lines itself, from the one with `origin` on, so that an error in a page can name them.
    """
    head = f"components[{javascript.text(part.name)}] = {{\n  origin: Error().stack,\n"
    head += "  setup: (__serverCall) => (\n"
    text = head + part.setup_js.strip("\n") + "\n),\n"
    lines = sourcemap.shifted(part.lines, head.count("\n"))
    if part.template is not None:
        lines += sourcemap.shifted(part.template_lines, text.count("\n"))
        text += f"  template: {part.template},\n"
    if lines:
        known = [*lines, (text.count("\n") + 1, 0)]
        text += f"  lines: {script_json([number for at, line in known for number in (at - 2, line)])},\n"
    return f"{text}{_members(part)}}};\n", lines


def _members(part: Part) -> str:
    """The members of a component beside its setup."""
    members = {
        "name": javascript.text(part.name),
        "fields": script_json([[name, descriptor(kind)] for name, kind in part.fields]),
        "data": script_json(list(part.data)),
        "heads": javascript.object_literal({name: str(line) for name, line in part.heads.items()}),
    }
    if part.casts:
        members["casts"] = javascript.object_literal({k: javascript.text(v) for k, v in part.casts.items()})
    if part.style:
        members["style"] = javascript.text(part.style)
    if part.template is not None:
        members["components"] = "components"
    return "".join(f"  {key}: {value},\n" for key, value in members.items())


_LETTERS: tuple[tuple[Type, str], ...] = (
    *((NONE, "n"), (BOOL, "b"), (INT, "i"), (FLOAT, "f"), (NUM, "u"), (STR, "s")),
)


def descriptor(kind: Type) -> Any:
    """A type as the helpers name it; "a" for what they have no name for."""
    for basic, letter in _LETTERS:
        if kind is basic:
            return letter
    match kind:
        case ListOf(item):
            return ["l", descriptor(item)]
        case TupleOf(items):
            return ["t", *map(descriptor, items)]
        case LongTuple(item):
            return ["T", descriptor(item)]
        case SetOf(item):
            return ["x", descriptor(item)]
        case DictOf(key, item):
            return ["d", descriptor(key), descriptor(item)]
        case Record(fields) if any(key == "__proto__" or key.isdecimal() for key, _ in fields):
            return descriptor(as_dict(kind))  # a literal takes the one for its parent, and sorts the others
        case Record(fields):
            return ["r", {key: descriptor(item) for key, item in fields}]
        case Union((one, two)) if NONE in (one, two):
            return ["o", descriptor(two if one is NONE else one)]
    return "a"


def script_json(value: Any) -> str:
    """JSON that may stand in a script, and in a script element."""
    found = json.dumps(value, allow_nan=False)  # all ASCII: no line separators
    return found.replace("<", "\\u003c")


_UNAVAILABLE = """\
const setup = bind((kind, name) => {
  throw new Error(`${component.name}: ${kind} ${name} runs on the server, and none is connected`);
});"""

_NOTICE = """\
function render({ el }) {
  const notice = el.ownerDocument.createElement("p");
  notice.setAttribute("role", "note");
  notice.textContent = `${component.name} has no template, so there is nothing to show.`;
  el.replaceChildren(notice);
  return () => notice.remove();
}"""

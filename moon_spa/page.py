"""Components in pages without a server: HTML that is there at once, and one script that makes it alive.

A `Piece` is a component with its props, ready for any page. `fragment` makes of one piece the HTML of an
output, which works wherever it stands, also beside others; `page` makes of several one document that asks
nobody for anything. Both are functions of the pieces: the same ones give the same bytes.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moon_spa import javascript, wire
from moon_spa.artefact import expression
from moon_spa.bundling import bundle
from moon_spa.findings import Place, refusal
from moon_spa.present import Part, Present
from moon_spa.shaking import helpers_text
from moon_spa.types import Record, Type
from moonlight.frame import INSIDE, POLICY, framed, hashed, style_element

if TYPE_CHECKING:
    from moon_spa.compiler import CompiledComponent

COMPONENT_MIME = "application/vnd.moonlight.component+json"
"""Mime type of a piece as JSON, beside the fragment that shows it without Moonlight."""

STYLE = """\
.moon-offline{font-size:.85em;opacity:.8;margin:.4em 0}.moon-offline summary{cursor:pointer}\
.moon-offline ul{margin:.3em 0;padding-left:1.4em}"""


@dataclass(frozen=True)
class Piece:
    """A component with its props, for pages.

    `js` is an expression with the names `helpers` in ``__moon``, "" where there is nothing to make alive;
    `payload` is in wire form; `server` says of each action that needs a server what it needs it for.
    """

    name: str
    js: str
    html: str
    helpers: tuple[str, ...] = ()
    style: str = ""
    payload: Any = None
    server: Mapping[str, str] = field(default_factory=dict)
    runtime: str = ""

    @property
    def key(self) -> str:
        """Its name in a page: pieces with the same key are the same."""
        made = json.dumps([self.js, self.payload, dict(self.server)])
        return hashlib.sha256(made.encode()).hexdigest()[:16]


class BadPieceError(ValueError):
    """JSON that is no piece, or one that another version of the runtime needs."""


@dataclass(frozen=True)
class Code:
    """What of a component does not depend on its props: see `Piece`.

    `ahead`: it has data, which only Python can make.
    """

    js: str
    helpers: tuple[str, ...]
    style: str
    server: Mapping[str, str]
    ahead: bool


def code_of(component: CompiledComponent) -> Code:
    """The script of a component with all that its template names."""
    parts = [component, *(one for name, one in component.parts.items() if name != component.name)]
    sheets = [one.template.style for one in parts if one.template and one.template.style]
    return Code(
        expression([one.part for one in parts]),
        tuple(sorted(frozenset[str]().union(*(one.part.helpers | one.part.checks for one in parts)))),
        "\n".join(dict.fromkeys(sheets)),
        {name: text for one in parts for name, text in _server_side(one).items()},
        any(one.spec.data for one in parts),
    )


def _server_side(component: CompiledComponent) -> dict[str, str]:
    """Action or hook -> what it needs a server for."""
    return {
        name: placed.reason + (f" at line {placed.line}" if placed.line else "")
        for (_, name), placed in component.placed.items()
        if placed.side == "server"
    }


def piece(
    component: CompiledComponent, props: Mapping[str, Any] | None = None, present: Present | None = None
) -> Piece:
    """A compiled component with these props, as it is now. Raises ComponentError where it cannot be shown."""
    if component.template is None:
        message = f"{component.name} has no template, so there is nothing to show."
        return Piece(component.name, "", f'<p role="note">{html.escape(message)}</p>')
    shown = component.shown(props, present)
    try:
        payload = wire.encode(shown.payload, _payload_type(component), "what the page needs")
        if present and present.parts:
            payload["parts"] = encode_parts(component, present.parts)
    except wire.WireError as error:
        hint = "keep to None, bool, int, float, str, list and dict in data, props and state"
        place = Place(component.spec.path, component.spec.line)
        raise refusal(error.code, f"{component.name}: {error}", place, hint) from None
    code = code_of(component)
    html_text = shown.rendered.html
    return Piece(
        component.name, code.js, html_text, code.helpers, code.style, payload, code.server, runtime_version()
    )


def _payload_type(component: CompiledComponent) -> Type:
    """What is known of a payload: the types of the state."""
    return Record((("state", Record(tuple(component.types.items()))),))


def encode_parts(component: CompiledComponent, parts: Mapping[str, Part]) -> dict[str, Any]:
    """The components inside by path, in wire form. Raises WireError."""
    known = {**component.parts, component.name: component}
    return {
        path: {"name": one.name, "state": wire.encode(dict(one.state), Record(tuple(types.items())))}
        for path, one in parts.items()
        for types in [known[one.name].types]
    }


@lru_cache(maxsize=1)
def runtime_version() -> str:
    """Which runtime the pieces of this version are for."""
    made = bundle("page")
    return hashlib.sha256((made.js + helpers_text(made.helpers)).encode()).hexdigest()[:16]


def to_json(made: Piece) -> dict[str, Any]:
    """A piece as the value of `COMPONENT_MIME`."""
    return {"version": 1, **asdict(made), "helpers": list(made.helpers), "server": dict(made.server)}


def from_json(data: Any) -> Piece:
    """A piece that was stored; raises BadPieceError. Its script is as trusted as what it was stored in."""
    if not isinstance(data, Mapping) or data.get("version") != 1:
        raise BadPieceError("this is no component")
    if data.get("runtime") not in ("", runtime_version()):
        raise BadPieceError("the component was made by another version of moon_spa")
    texts = [data.get(name) for name in ("name", "js", "html", "style")]
    helpers, server = data.get("helpers"), data.get("server")
    if not all(isinstance(text, str) for text in texts) or not isinstance(server, Mapping):
        raise BadPieceError("this is no component")
    if not isinstance(helpers, list) or not all(
        isinstance(name, str) for name in [*helpers, *server.values()]
    ):
        raise BadPieceError("this is no component")
    name, js, markup, style = map(str, texts)
    return Piece(
        name, js, markup, tuple(helpers), style, data.get("payload"), dict(server), str(data["runtime"])
    )


def mimebundle(
    component: CompiledComponent, props: Mapping[str, Any] | None = None, present: Present | None = None
) -> dict[str, Any]:
    """What an output holds of a component that is shown with these props. Raises ComponentError."""
    made = piece(component, props, present)
    return {
        COMPONENT_MIME: to_json(made),
        "text/html": fragment(made),
        "text/plain": f"{made.name} (component)",
    }


def fragment(made: Piece) -> str:
    """A piece as HTML that brings all it needs, for an output in a notebook."""
    style = style_element([STYLE, made.style] if made.server else [made.style])
    if not made.js:
        return markup(made)
    return f'{style}{markup(made)}\n<script type="module">\n{script([made])}</script>\n'


def page(pieces: Sequence[Piece], title: str = "", language: str = "en") -> str:
    """Pieces, one below the other, as one HTML document that asks nobody for anything."""
    code = script(pieces)
    body = "\n".join(map(markup, pieces))
    return framed(
        title or ", ".join(dict.fromkeys(made.name for made in pieces)),
        f"{body}\n<script>{code}</script>" if code else body,
        [_PAGE_STYLE, STYLE, *styles(pieces)],
        POLICY.format(scripts=hashed(code), media=INSIDE),
        language,
    )


def markup(made: Piece) -> str:
    """A piece as the server writes it, and what of it needs a server."""
    if not made.js:
        return made.html
    return f'<div class="moon-component" data-moon="{made.key}">{made.html}</div>{note(made.server)}'


def note(server: Mapping[str, str]) -> str:
    """What to know of actions that do not work without a server; "" where all do."""
    if not server:
        return ""
    count = len(server)
    head = "One action needs" if count == 1 else f"{count} actions need"
    rows = "".join(
        f"<li><code>{html.escape(name)}</code>: {html.escape(reason)}</li>" for name, reason in server.items()
    )
    title = f'{head} a server<span class="moon-without">, which this page does not have</span>'
    return f'<details class="moon-offline"><summary>{title}</summary><ul>{rows}</ul></details>'


def styles(pieces: Iterable[Piece]) -> list[str]:
    """The style sheets of the pieces, each once."""
    return list(dict.fromkeys(made.style for made in pieces if made.style))


def script(pieces: Iterable[Piece]) -> str:
    """The script that makes all these pieces alive, with one copy of the runtime; "" where none is."""
    alive = list({made.key: made for made in pieces if made.js}.values())
    if not alive:
        return ""
    runtime = bundle("page")
    helpers = runtime.helpers.union(*(made.helpers for made in alive))
    known: dict[str, str] = {}
    lines = []
    for made in alive:
        name = known.setdefault(made.js, f"$c{len(known)}")
        given = f"{parsed(made.payload)}, {parsed(dict(made.server))}"
        lines.append(f"$page.startAll({javascript.text(made.key)}, {name}, __moon, {given});\n")
    defined = "".join(f"const {name} = {js};\n" for js, name in known.items())
    head = f"const __moon = {helpers_text(helpers)};\nconst $page = {runtime.js};\n"
    return in_script("(() => {\n" + head + defined + "".join(lines) + "})();\n")


def parsed(value: Any) -> str:
    """JSON in a script. As text, for in a literal ``__proto__`` would be an object's parent."""
    return f"JSON.parse({javascript.text(json.dumps(value))})"


def in_script(code: str) -> str:
    """JavaScript as it may stand in a script element. Texts in it have no ``<`` (`javascript.text`)."""
    return code.replace("<!--", "< !--").replace("</", "<\\/")


_PAGE_STYLE = """\
:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;\
padding:0 1rem}"""

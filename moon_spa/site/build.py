"""A site as files: a page for each address, one script for all. The same folder gives the same bytes."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moon_spa import javascript, wire
from moon_spa.analysis.placement import Mode
from moon_spa.bundling import bundle
from moon_spa.casts import cast_props
from moon_spa.compiler import CompiledComponent
from moon_spa.compiler import compile as compile_component
from moon_spa.findings import ComponentError, finding, refusal
from moon_spa.page import STYLE, Piece, code_of, in_script, markup, note, parsed, piece
from moon_spa.shaking import helpers_text
from moon_spa.site.routes import NOT_FOUND, Route, Site
from moonlight.diagnostic import Diagnostic
from moonlight.frame import POLICY, framed

SCRIPT = "site.js"

_STYLE = """\
:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}
main{max-width:60rem;margin:0 auto;padding:1rem}main:focus{outline:none}"""

_MEDIA = "'self' file: data: blob:"

_LOST = '<h1>Not found</h1>\n<p>There is no page at this address. <a href="/">To the first page</a></p>'


@dataclass(frozen=True)
class Built:
    """The files of a site by their names below it, and what is doubtful."""

    files: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class _Page:
    """One page: where it stands, and what it shows."""

    address: str
    title: str
    made: Piece | None


def build(site: Site, base: str = "/", mode: Mode = "auto") -> Built:
    """All files of a site that will stand below `base`. Raises ComponentError."""
    routes = [*site.routes, *([site.not_found] if site.not_found else [])]
    for route in routes:
        _check_props(route)
    compiled = _compiled(routes, mode)
    found = [one for component in compiled.values() for one in component.diagnostics]
    pages = [page for route in site.routes for page in _pages(route, compiled[_key(route)], site)]
    for route in site.routes:
        component = compiled[_key(route)]
        if route.params and not route.pages and component.spec.data:
            message = (
                f"{route.pattern} has data, which is made ahead, and no pages are listed: it is never found"
            )
            hint = "list the parameters under `pages`, or compute the data in state"
            found.append(finding("unlisted-data", message, route.place, hint, "warning"))
    lost = _lost(site, compiled)
    code = _script(site, compiled, pages, lost)
    files = {SCRIPT: code.encode()}
    for page in pages:
        depth = page.address.count("/") + 1 if page.address else 0
        name = f"{page.address}/index.html" if page.address else "index.html"
        files[name] = _html(site, page, "../" * depth + SCRIPT)
    files["404.html"] = _html(site, lost, base + SCRIPT)
    return Built(dict(sorted(files.items())), tuple(found))


def _key(route: Route) -> tuple[Path, str]:
    return route.file, route.component


def _compiled(routes: list[Route], mode: Mode) -> dict[tuple[Path, str], CompiledComponent]:
    """The components of the routes; all their errors together."""
    found: dict[tuple[Path, str], CompiledComponent] = {}
    wrong: list[Diagnostic] = []
    for route in routes:
        if _key(route) in found:
            continue
        try:
            found[_key(route)] = compile_component(route.file, route.component, mode)
        except ComponentError as error:
            wrong += error.diagnostics
            continue
        if found[_key(route)].template is None:
            hint = 'write `template = "…"` in it, or a <template> section'
            message = f"{route.component} has no template, so its page would be empty"
            wrong.append(finding("no-template", message, route.place, hint))
    if wrong:
        raise ComponentError(list(dict.fromkeys(wrong)))
    return found


def _pages(route: Route, component: CompiledComponent, site: Site) -> Iterator[_Page]:
    for address, values in route.addresses():
        _, problems = cast_props(component.part.casts, values)
        if problems:
            text = next(iter(problems.values())).partition(";")[0]
            raise refusal(
                "route-page", f"/{address}: {text}", route.place, "list values that the component takes"
            )
        yield _Page(address, _title(site, route), _shown(component, {**route.props, **values}))


def _shown(component: CompiledComponent, props: Mapping[str, Any]) -> Piece:
    """A component with its props; a page is not made of what only half renders."""
    rendered = component.render(props)
    if rendered.diagnostics:
        raise ComponentError(rendered.diagnostics)
    return piece(component, props)


def _check_props(route: Route) -> None:
    """YAML has values that do not travel, such as dates."""
    try:
        wire.encode(dict(route.props), where="props")
    except wire.WireError as error:
        raise refusal(error.code, str(error), route.place, "use text, numbers, lists and mappings") from None


def _title(site: Site, route: Route) -> str:
    """``An item · Shop``; the first page has the title of the site alone."""
    own = route.title or (route.component if route.pattern != "/" or not site.title else "")
    return " · ".join(filter(None, (own, site.title)))


def _lost(site: Site, compiled: Mapping[tuple[Path, str], CompiledComponent]) -> _Page:
    """The page for all addresses that are none."""
    route = site.not_found
    if route is None:
        return _Page(NOT_FOUND, " · ".join(filter(None, ("Not found", site.title))), None)
    return _Page(NOT_FOUND, _title(site, route), _shown(compiled[_key(route)], route.props))


def _html(site: Site, page: _Page, source: str) -> bytes:
    shown = markup(page.made) if page.made else _LOST
    address = html.escape(page.address)
    body = f'<main id="moon-page" data-page="{address}" tabindex="-1">{shown}</main>\n'
    body += f'<script src="{html.escape(source)}"></script>'
    sheets = [_STYLE, STYLE, *([page.made.style] if page.made and page.made.style else [])]
    text = framed(
        page.title, body, sheets, POLICY.format(scripts="'self' file:", media=_MEDIA), site.language
    )
    return text.encode()


def _script(
    site: Site, compiled: Mapping[tuple[Path, str], CompiledComponent], pages: list[_Page], lost: _Page
) -> str:
    """The one script: runtime, helpers, components, routes, and what the pages were made with."""
    runtime = bundle("site")
    codes = {key: code_of(component) for key, component in compiled.items()}
    at = {key: number for number, key in enumerate(codes)}
    helpers = runtime.helpers.union(*(code.helpers for code in codes.values()))
    components = ",\n".join(
        f"{{ component: {code.js}, server: {parsed(dict(code.server))}, "
        f"note: {javascript.text(note(code.server))}, ahead: {javascript.literal(code.ahead)} }}"
        for code in codes.values()
    )
    lost_at = at[_key(site.not_found)] if site.not_found else -1
    data = {
        "routes": [
            {
                "parts": route.segments,
                "at": at[_key(route)],
                "props": wire.encode(dict(route.props)),
                "title": _title(site, route),
            }
            for route in site.routes
        ],
        "lost": {
            "at": lost_at,
            "title": lost.title,
            "html": _LOST,
            "payload": lost.made and lost.made.payload,
        },
        "pages": [[page.address, page.made.payload] for page in pages if page.made],
    }
    code = f"const __moon = {helpers_text(helpers)};\nconst $site = {runtime.js};\n"
    code += (
        f"const components = [\n{components}\n];\n$site.run({{ ...{parsed(data)}, components }}, __moon);\n"
    )
    return in_script(f"(() => {{\n{code}}})();\n")

"""The one file of a component: an ES module that JupyterLab, Notebook, a server and a plain page run alike.

It exports ``default`` with anywidget's contract ``{ render({ model, el }) }``, ``setup``, the function of the
component, ``bind(serverCall)``, which makes that function with a way to the server, and ``spec``, its data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moon_spa import javascript, sourcemap


@dataclass(frozen=True)
class Origin:
    """Where the lines of ``setup()`` come from: pairs of its line, from 1, and a line of `path`."""

    path: str
    lines: Iterable[tuple[int, int]]
    text: str | None = None


def esm(
    name: str,
    setup_js: str,
    spec: Mapping[str, Any],
    *,
    helpers: str = "",
    view: str = "",
    origin: Origin | None = None,
) -> str:
    """The text of the module.

    `helpers` declares ``__moon`` and what it needs, with the helpers that the component uses. `view` defines
    ``render({ model, el })`` from ``bind`` and ``spec``; without it a notice says that there is no template.
    With `origin` the module ends in a source map.
    """
    head = [
        f"// {javascript.text(name)}: a component compiled by moon_spa.",
        helpers.strip() or "const __moon = {};",
        f"const spec = {script_json(spec)};",
        "function bind(__serverCall) {",
        "  return (",
    ]
    foot = [
        ");",
        "}",
        _UNAVAILABLE,
        view.strip() or _NOTICE,
        "export { bind, setup, spec };",
        "export default { render };",
    ]
    text = "\n".join([*head, setup_js.strip("\n"), *foot]) + "\n"
    if origin is None:
        return text
    above = sum(part.count("\n") + 1 for part in head)
    lines = sourcemap.shifted(origin.lines, above)
    return text + sourcemap.comment(sourcemap.source_map(lines, origin.path, origin.text))


def script_json(value: Any) -> str:
    """JSON that may stand in a script, and in a script element."""
    found = json.dumps(value, allow_nan=False, separators=(", ", ": "))  # all ASCII: no line separators
    return found.replace("<", "\\u003c")


_UNAVAILABLE = """\
const setup = bind(function (kind, name) {
  throw new Error(`${spec.name}: ${kind} ${name} runs on the server, and none is connected`);
});"""

_NOTICE = """\
function render({ el }) {
  const notice = el.ownerDocument.createElement("p");
  notice.setAttribute("role", "note");
  notice.textContent = `${spec.name} has no template, so there is nothing to show.`;
  el.replaceChildren(notice);
  return () => notice.remove();
}"""

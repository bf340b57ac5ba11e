"""A component as one HTML file: what the server renders, its style, its script and its data; no network.

The page allows the one script that it holds, by its hash, and nothing else to run, load or send. Local
actions work from disk; those of the server say that there is none.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from moon_spa import wire
from moon_spa.compiler import CompiledComponent
from moon_spa.templates import safety

_BOOT = """\
const page = JSON.parse(document.getElementById("moon-data").textContent);
render({ model: { get: (name) => page[name] }, el: document.getElementById("moon-app") });
"""

_STYLE = "body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }"


def page(component: CompiledComponent, props: Mapping[str, Any] | None = None, title: str = "") -> str:
    """The text of the file. Raises ComponentError where setup refuses the props."""
    given = props or {}
    body = component.render(given).html
    data = wire.dumps({"props": given, "payload": component.payload(given)})
    script = f"\n{component.esm.rstrip()}\n{_BOOT}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy(script)}">
<title>{safety.text(title or component.name)}</title>
<style>{_STYLE}
{"".join(f"{style}{chr(10)}" for style in _styles(component))}</style>
</head>
<body>
<div id="moon-app">{body}</div>
<script type="application/json" id="moon-data">{script_data(data)}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def policy(script: str) -> str:
    """What the page may do: run this one script, show styles and pictures, and nothing on the network."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data: blob: https: http:; media-src data: blob: https: http:; "
        "base-uri 'none'; form-action 'none'"
    )


def script_data(text: str) -> str:
    """JSON for a script element: nothing in it ends the element."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _styles(component: CompiledComponent) -> list[str]:
    parts = {**component.parts, component.name: component}.values()
    return list(dict.fromkeys(part.template.style for part in parts if part.template and part.template.style))

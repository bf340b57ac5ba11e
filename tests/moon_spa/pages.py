"""Pages of the browser tests: components with a setup written by hand, mounted in a real browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from moon_spa import javascript, shaking, wire
from moon_spa.artefact import descriptor
from moon_spa.bundling import bundle
from moon_spa.templates.server import View, render
from moon_spa.types import ANY, Record, type_of
from tests.moon_spa.templating import compiled

RUNTIME = (
    f"""
window.moon = {shaking.helpers_text(shaking.units())};
window.mount = ((__moon) => {bundle("mount").js})(window.moon).mount;
window.wire = ((__moon) => {bundle("wire").js})(window.moon);
"""
    """
window.logged = [];
window.shape = (node) => {
  if (node.nodeType === 3) return node.data;
  const kept = ({ name }) => !["style", "value", "checked", "selected"].includes(name);
  const attributes = [...(node.attributes ?? [])].filter(kept).map(({ name, value }) => `${name}=${value}`);
  const children = [...node.childNodes].filter((one) => one.nodeType !== 8 && one.data !== "").map(shape);
  const inner = node.localName === "textarea" ? [] : children;
  const chosen = [node.namespaceURI, Boolean(node.checked), Boolean(node.selected)];
  return [node.localName, attributes.sort(), node.style?.cssText ?? "", node.value ?? "", inner, chosen];
};
window.host = () => document.body.appendChild(document.createElement("div"));
"""
)


class Made:
    """A component on both sides."""

    def __init__(
        self,
        name: str,
        template: str,
        state: Mapping[str, Any] | None = None,
        actions: Mapping[str, str] | None = None,
        hooks: Mapping[str, str] | None = None,
        py: Mapping[str, Any] | None = None,
        props: Mapping[str, Any] | None = None,
        parts: tuple[Made, ...] = (),
        types: Mapping[str, Any] | None = None,
    ) -> None:
        """`types` has values of the types of the state, where those of `state` itself say too little."""
        self.name, self.state, self.py, self.props = name, state or {}, py or {}, props or {}
        self.actions, self.hooks, self.parts = actions or {}, hooks or {}, parts
        self.types = types or self.state
        context = {"state": self.types, "py": self.py, "props": self.props}
        offered = dict.fromkeys(("act", "pick", *self.actions))
        self.template = compiled(name, template, context, [part.name for part in parts], offered)
        views = {part.name: part.view for part in parts}
        self.view: View = View(name, self.template.nodes, self.template.mark, self.context, views)

    def context(self, given: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        return {"props": {**self.props, **given}, "state": self.state, "py": self.py}

    def html(self) -> str:
        """What the server writes."""
        return render(self.view, self.context({})).html

    def payload(self) -> dict[str, Any]:
        """What the server sends along; values that JSON has."""
        context = self.context({})
        return {"name": self.name, "given": {}, **context, "nested": list(render(self.view, context).nested)}

    def js(self) -> str:
        """The component as `mount` takes it."""
        parts = ", ".join(f"{part.name}: {part.js()}" for part in self.parts)
        fields = json.dumps([[name, descriptor(type_of(value))] for name, value in self.types.items()])
        return (
            f"{{ name: {self.name!r}, setup: {self.setup()}, fields: {fields}, "
            f"data: {json.dumps(list(self.py))}, template: {self.template.client.js}, "
            f"style: {javascript.text(self.template.style)}, "
            f"components: {{ {parts} }} }}"
        )

    def setup(self) -> str:
        hooks = [
            f"const [__state_{i}, __set_state_{i}] = useState({literal(value)});"
            for i, value in enumerate(self.state.values())
        ]
        actions = ", ".join(f"{name}: function {body}" for name, body in self.actions.items())
        lifecycle = ", ".join(f"{name}: function () {{ {body} }}" for name, body in self.hooks.items())
        state = ", ".join(f"{javascript.key(name)}: __state_{i}" for i, name in enumerate(self.state))
        return (
            f"(__serverCall) => function setup({{ useState, props, componentName }}) {{ {' '.join(hooks)} "
            f"const actions = {{ {actions} }}; const lifecycle = {{ {lifecycle} }}; "
            f"return {{ props: Object.assign({{}}, {literal(dict(self.props))}, props), "
            f"state: {{ {state} }}, actions, lifecycle }}; }}"
        )


def literal(value: Any) -> str:
    """A value as JavaScript, read from wire form."""
    kind = type_of(value) if isinstance(value, set) else ANY
    return f"wire.loads({javascript.text(wire.dumps(value, kind))})"


class Stage:
    """A page with the runtime, and what was said on its console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"))
        page.set_content("<!doctype html><html><head></head><body></body></html>")
        page.add_script_tag(content=RUNTIME)

    def js(self, expression: str, argument: Any = None) -> Any:
        return self.page.evaluate(expression, argument)

    def mount(self, made: Made, options: str = "") -> None:
        """Mounts a component freshly as `app`."""
        self.js(
            f"() => {{ window.app = mount(host(), {made.js()}, {{ moon, {self.given(made, options)} }}); }}"
        )

    def hydrate(self, made: Made, options: str = "") -> None:
        """Mounts a component onto the HTML of the server; every node of it is marked before."""
        self.js(
            f"""(html) => {{
              const el = host();
              el.innerHTML = html;
              window.before = [...el.querySelectorAll("*")];
              window.app = mount(el, {made.js()}, {{ moon, {self.given(made, options)} }});
              window.reused = before.length && before.every((node) => el.contains(node))
                && before.length === el.querySelectorAll("*").length;
            }}""",
            made.html(),
        )

    def given(self, made: Made, options: str) -> str:
        state = Record(tuple((name, type_of(value)) for name, value in made.types.items()))
        payload = wire.dumps(made.payload(), Record((("state", state),)))
        return f"payload: wire.loads({javascript.text(payload)}), {options}"

    def html(self) -> str:
        """The HTML of the app without the marks."""
        found: str = self.js("() => app.el.innerHTML.replace(/<!--[\\[\\],]-->/g, '')")
        return found

    def logged(self) -> list[Any]:
        found: list[Any] = self.js("() => logged")
        return found

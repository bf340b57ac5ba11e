"""Random sessions: a component as it is shipped, clicked in a browser, its server actions behind the bridge.

The random programs of `programs.py` get `@server` on some actions, data that the server changes, a hook and a
template with a button for each call; some stand twice inside of another component. What the model of the
widget holds, what the page shows and which errors it tells are compared with CPython after each click.
"""

from __future__ import annotations

import html
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from playwright.sync_api import Page

import moon_spa
from moon_spa import CompiledComponent, ComponentError, bridge, wire
from moon_spa.present import Present
from moon_spa.templates.server import render
from moon_spa.types import ANY
from tests.moon_spa.differential import FILE, Difference, Endless, Step, python_steps, refused
from tests.moon_spa.programs import Program, Writer

_ACTION = re.compile(r"^ {8}def (act\d)\((.*)\):$", re.MULTILINE)
_PARAGRAPH = re.compile(r'<p class="shown">(.*?)</p>', re.DOTALL)
_NOTICE = re.compile(r"^×?Fuzz: (\w+)")
REFUSED = "a value of another type is refused"
AS_FLOAT = "an int in a field of floats is one"
TWICE = """

class Pair(Component):
    template = '<div class="one"><Fuzz></Fuzz></div><div class="two"><Fuzz></Fuzz></div>'

    def setup(self, props):
        state = {}
"""
_RETURN = "        return {"

HOST = """
window.start = async ([esm, data, fields, inside]) => {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  URL.revokeObjectURL(url);
  const held = JSON.parse(data);
  const heard = new Set();
  let waiting = 0;
  const model = {
    get: (name) => held[name],
    set: (name, value) => void (held[name] = value),
    save_changes() {},
    on: (name, call) => name === "msg:custom" && heard.add(call),
    off: (name, call) => heard.delete(call),
    send: async ({ id, request }) => {
      waiting += 1;
      const reply = await ask(request);
      for (const call of heard) call({ type: "moon.reply", id, reply });
      waiting -= 1;
    },
  };
  const el = document.body.appendChild(document.createElement("div"));
  const close = await widget.render({ model, el });
  const place = (selector) => el.querySelector(`${inside ? ".two " : ""}${selector}`);
  const look = async () => {
    do await new Promise((done) => setTimeout(done)); while (waiting);
    const said = [...el.querySelectorAll(".moon-notice, .moon-error")].map((one) => one.textContent);
    for (const one of el.querySelectorAll(".moon-notice button")) one.click();
    const values = inside ? held.parts?.["Fuzz.2"]?.state : held;
    const state = values && fields.map((name) => JSON.stringify(values[name]));
    const other = el.querySelector(".one .shown")?.textContent;
    const beside = inside ? [other, Object.keys(held.parts ?? {})] : [];
    return [said, state, JSON.stringify(held.patched), place(".shown")?.textContent ?? "", beside];
  };
  return {
    look,
    click: (number) => (place(`.call${number}`)?.click(), look()),
    end: () => (close(), el.remove()),
  };
};
window.play = async (calls, ...given) => {
  const app = await start(given);
  const found = [await app.look()];
  for (let number = 0; number < calls; number++) found.push(await app.click(number));
  app.end();
  return found;
};
"""


@dataclass
class Played:
    """What sessions have shown: `sides` counts the calls by the side that the action is on."""

    differences: list[Difference] = field(default_factory=list)
    sides: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


def session(random: Random) -> Program:
    """A random program as a whole component. Its first call is that of the hook, where it has one."""
    program = Writer(random).program()
    actions = dict(_ACTION.findall(program.source))
    chosen = {name for name in actions if random.random() < 0.4}

    def marked(found: re.Match[str]) -> str:
        if found[1] not in chosen:
            return found[0]
        return f'        @server\n{found[0]}\n            data["seen"] = data["seen"] + 1'

    source = _ACTION.sub(marked, program.source)
    free = [name for name, parameters in actions.items() if not parameters]
    hook = random.choice(free) if free and random.random() < 0.3 else ""
    source = source.replace("        state = {", '        data = {"seen": 0}\n        state = {', 1)
    lifecycle = f'"lifecycle": {{"mounted": {hook}}}, ' if hook else ""
    before, _, after = source.rpartition(_RETURN)
    source = f'{before}{_RETURN}"data": data, {lifecycle}{after}'
    calls = (((hook, ()),) if hook else ()) + program.calls
    return Program(source, calls)


def with_template(program: Program, fields: Sequence[str], first: int) -> str:
    """The source with a template: what the fields are, and a button for each call from `first` on."""
    shown = " ".join(f"{{{{ {name} }}}}" for name in (*fields, "seen"))
    buttons = "".join(
        f'<button class="call{number}" @click="{html.escape(f"{name}({_written(args)})")}"></button>'
        for number, (name, args) in enumerate(program.calls[first:])
    )
    template = f'<p class="shown">{shown}</p>{buttons}'
    head = "class Fuzz(Component):\n"
    return program.source.replace(head, f"{head}    template = {template!r}\n", 1)


def _written(args: Sequence[Any]) -> str:
    return ", ".join(map(repr, args))


class Browser:
    """A page in which sessions are played."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.component: CompiledComponent | None = None
        page.expose_function("ask", self._answer)
        page.set_content("<!doctype html><html><head></head><body></body></html>")
        page.add_script_tag(content=HOST)

    def _answer(self, text: str) -> str:
        assert self.component is not None
        return bridge.call_text(self.component, text)

    def play(self, component: CompiledComponent, calls: int) -> list[Any]:
        """What is told, held and shown at first and after each click."""
        self.component = component
        payload = component.payload()
        inside = component.parts["Fuzz"] if component.name == "Pair" else None
        own = [one.name for one in component.spec.fields]
        held = {name: payload["state"][name] for name in own}
        model = {"props": {}, "payload": payload, "fields": {name: name for name in own}, **held}
        fields = [one.name for one in (inside or component).spec.fields]
        given = [component.esm, wire.dumps(model), fields, inside is not None]
        play = "([calls, ...given]) => play(calls, ...given)"
        found: list[Any] = self.page.evaluate(play, [calls, *given])
        return found


def run(browser: Browser, programs: Iterable[Program]) -> Played:
    """Play all programs; the bridge takes no value that the type of its field does not have."""
    played = Played()
    for program in programs:
        what = _difference(browser, program, played)
        if what:
            played.differences.append(Difference(program, what))
    return played


def _difference(browser: Browser, program: Program, played: Played) -> str:
    try:
        steps = python_steps(program)
    except Endless:
        return ""
    first = int('"mounted"' in program.source)
    twice = not first and len(program.source) % 3 == 0
    fields = list(steps[0].state)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = with_template(program, fields, first) + TWICE * twice
            whole = moon_spa.compile(source, name="Pair" if twice else "Fuzz", path=FILE)
            component = whole.parts.get("Fuzz", whole)
    except ComponentError as error:
        if error.code in ("template-syntax", "too-large"):
            played.outcomes[error.code] += 1
            return ""
        return f"compile raised {error}"
    played.outcomes["twice"] += twice
    found = browser.play(whole, len(program.calls) - first)
    if not first:
        steps = [Step("", component.render_context()["state"], {"seen": 0}), *steps]
    calls = program.calls if first else (("", ()), *program.calls)
    for (name, args), step, seen in zip(calls, steps, found, strict=True):
        call = f"{name}{args!r}" if name else "the first render"
        side = component.placement[name] if name else "first"
        played.sides[side] += 1
        what = compare(component, step, seen) or _beside(component, seen)
        if what in (REFUSED, AS_FLOAT):
            played.outcomes[what] += 1
            return ""
        if what:
            return f"{call} ({side}): {what}"
        played.outcomes[step.error or "done"] += 1
    return ""


def compare(component: CompiledComponent, step: Step, seen: Any) -> str:
    """What of a moment is not Python's; REFUSED or AS_FLOAT where the two go separate ways from here on."""
    said, texts, patched, shown, beside = seen
    errors = [found[1] if (found := _NOTICE.match(text)) else text for text in said]
    if refused(step, component.types):
        if errors:
            return REFUSED
        floats = {name: wire.restore(value, component.types[name]) for name, value in step.state.items()}
        wrong = refused(Step("", floats), component.types)
        return f"a value of another type was taken: {step.state}" if wrong else AS_FLOAT
    if errors != ([step.error] if step.error else []):
        return f"Python {step.error or 'is done'}, the page says {said}"
    first = component.render_context()
    if texts is None and not _is_first(first["state"], step):
        return f"the model holds nothing of {step.state}"
    for (name, expected), text in zip(step.state.items(), texts, strict=True) if texts else ():
        kind = component.types.get(name, ANY)
        got = wire.loads(text, kind)
        if repr(got) != repr(expected):
            return f"{name} is {expected!r} in Python, {text} in the model"
    changed = wire.loads(patched) if patched else {}
    if not beside and (changed or {}).get("seen", 0) != step.data["seen"]:
        return f"data is {step.data} in Python, {changed} in the model"
    wanted = _paragraph(component, Present(step.state, step.data))
    return "" if shown == wanted else f"the page shows {shown!r}, the server writes {wanted!r}"


def _is_first(first: Mapping[str, Any], step: Step) -> bool:
    return repr(first) == repr(step.state)


def _paragraph(component: CompiledComponent, present: Present) -> str:
    """What the server writes for a component that has become this."""
    context = present.over(component.render_context())
    return html.unescape(_PARAGRAPH.findall(render(component.view, context).html)[0])


def _beside(component: CompiledComponent, seen: Any) -> str:
    """What is wrong with another instance of the same component, which nobody has clicked."""
    *_, beside = seen
    if not beside:
        return ""
    shown, paths = beside
    wrong = shown != _paragraph(component, Present()) or not {*paths} <= {"Fuzz.2"}
    return f"the instance beside it shows {shown!r}, the model has {paths}" if wrong else ""

"""Made-up templates with made-up values, for comparing what the server writes with what a browser makes."""

from __future__ import annotations

import random
from typing import Any

TEXTS = (
    "",
    "a",
    " ",
    "a b",
    "<b>&amp;",
    "\"q'",
    "é😀",
    "\n x\t",
    "\r\ny\r",
    "<!--]-->",
    "</p><script>window.__canary=1</script>",
)
CHOICES = ("a", "b", "a b")
NAMES = ("n", "f", "s", "t", "items", "rows", "d", "o", "h")
SHOWN = (
    *(
        "n",
        "f",
        "s",
        "t",
        "o",
        "items",
        "d",
        "len(items)",
        "n + 1",
        "f * 2",
        "s.upper()",
        "s[:2]",
        "n % 3 == 0",
    ),
    *(
        "not s",
        "s or 'none'",
        "items[0] if items else None",
        "', '.join(items)",
        "f'{n:>4}|{f:.1f}'",
        "sum(d.values())",
    ),
    *("[r.id for r in rows]", "str(n) + s", "max(n, 2)", "h"),
)
TESTS = ("n > 2", "s", "items", "t", "not items", "n % 2", "o", "d", "len(rows) > 1", "'a' in items")
LOOPS = (
    *(
        ("x", "items", "x"),
        ("i, x", "enumerate(items)", "i"),
        ("k, x", "d.items()", "k"),
        ("x", "rows", "x.id"),
    ),
    *(
        ("x", "range(n)", "x"),
        ("x", "items[1:]", ""),
        ("i, x", "zip(items, items)", ""),
        ("x", "list(s)", ""),
    ),
)


def values(rng: random.Random) -> dict[str, Any]:
    """A state; every call gives the same types."""
    size = rng.randrange(4)
    return {
        "n": rng.choice((0, 1, 2, 3, 7)),
        "f": rng.choice((0.0, 1.0, 2.5, -0.5, 1e16)),
        "s": rng.choice(TEXTS),
        "t": rng.random() < 0.5,
        "items": rng.sample([*TEXTS[:6], "z"], size),
        "rows": [{"id": one, "name": rng.choice(TEXTS)} for one in rng.sample(range(9), rng.randrange(4))],
        "d": {key: rng.randrange(9) for key in rng.sample(["a", "b", "10", "9"], 4)},
        "o": rng.choice(("x", "")),
        "h": rng.choice(("#a", "javascript:window.__canary=1", "https://a.b/c")),
    }


class Grammar:
    """Writes one template."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.loops: list[str] = []

    def template(self) -> str:
        return "".join(self.node(3) for _ in range(self.rng.randint(1, 4)))

    def expression(self) -> str:
        if self.loops and self.rng.random() < 0.5:
            return self.rng.choice([*self.loops, "loop.index", "loop.last"])
        return self.rng.choice(SHOWN)

    def node(self, depth: int) -> str:
        kinds = ["text", "text", "element"] + (
            ["element", "if", "for", "card", "table", "several"] if depth else []
        )
        return str(getattr(self, self.rng.choice(kinds))(depth))

    def inside(self, depth: int) -> str:
        return "".join(self.node(depth - 1) for _ in range(self.rng.randrange(4))) if depth else ""

    def text(self, _: int) -> str:
        plain = self.rng.choice(("", " ", "a", "\n  ", "&lt;&amp;", "x y"))
        return plain + (f"{{{{ {self.expression()} }}}}" if self.rng.random() < 0.7 else "")

    def element(self, depth: int, directive: str = "") -> str:
        tag = self.rng.choice(("div", "span", "section", "b", "i", "em", "textarea", "pre", "input", "svg"))
        given = directive + "".join(self.attributes(tag))
        if tag == "input":
            return f"<input{given}>"
        if tag == "svg":
            shapes = (
                f'<circle :r="n" l-if="{self.rng.choice(TESTS)}"/>',
                '<lineargradient><stop l-for="x in items" offset="0"/></lineargradient>',
                f"<foreignObject>{self.inside(depth)}</foreignObject>",
                "<text>{{ n }}<!-- no text --> {{ s }}</text>",
            )
            return f'<svg{given} viewbox="0 0 1 1">{"".join(self.rng.sample(shapes, 2))}</svg>'
        body = self.text(0) if tag in ("textarea", "pre") else self.inside(depth)
        return f"<{tag}{given}>{body}</{tag}>"

    def attributes(self, tag: str) -> list[str]:
        rng = self.rng
        every = [
            f' :title="{self.expression()}"',
            f' lang="x {{{{ {self.expression()} }}}} y"',
            f' class="p q" :class="{{\'on\': {rng.choice(TESTS)}}}"',
            " :class=\"[s, 'k']\"",
            f" style=\"top: 0\" :style=\"{{'color': s, 'width': f'{{n}}px', 'left': {rng.choice(TESTS)}}}\"",
            f' :hidden="{rng.choice(TESTS)}"',
            ' :aria-label="t"',
            ' :data-x="o"',
        ]
        if tag == "input":
            every = [*every[:5], ' l-model="s"', ' type="checkbox" l-model="t"', ' :value="s"']
            every.append(' type="checkbox" value="a" l-model="items"')
        if tag == "b":
            every.append(' @click="act(n)"')
        taken: set[str] = set()
        chosen = []
        for one in rng.sample(every, rng.randrange(4)):
            names = {part.split("=")[0].strip(' :"') for part in one.split('" ')}
            if tag == "input" and names & {"l-model", "value", "type"}:
                names |= {"l-model", "value", "type"}
            if not names & taken:
                chosen.append(one)
                taken |= names
        return chosen

    def condition(self) -> str:
        return f' l-if="{self.rng.choice(TESTS)}"'

    def wrapped(self, directive: str, depth: int) -> str:
        if self.rng.random() < 0.4:
            return f"<template{directive}>{self.inside(depth)}</template>"
        return self.element(depth - 1, directive)

    def __getattr__(self, name: str) -> Any:
        return {"if": self.branches, "for": self.loop}[name]

    def branches(self, depth: int) -> str:
        written = self.wrapped(self.condition(), depth)
        if self.rng.random() < 0.3:
            written += self.wrapped(self.condition().replace("l-if", "l-else-if"), depth)
        return written + (self.wrapped(" l-else", depth) if self.rng.random() < 0.5 else "")

    def loop(self, depth: int) -> str:
        names, items, key = self.rng.choice(LOOPS)
        keyed = f' :key="{key}"' if key and self.rng.random() < 0.7 else ""
        before = list(self.loops)
        self.loops += names.split(", ")
        written = self.wrapped(f' l-for="{names} in {items}"{keyed}', depth)
        self.loops = before
        return written

    def table(self, depth: int) -> str:
        rows = self.loop_of("tr", f"<td>{self.inside(depth)}</td>")
        return f"<table>\n<caption>{{{{ s }}}}</caption><!-- rows -->\n<tbody>{rows}</tbody></table>"

    def several(self, _: int) -> str:
        """A select of several, which shows a list, among options that come and go."""
        options = self.loop_of("option", "{{ loop.index }}", ' :value="s"')
        return f'<select multiple l-model="items">{options}<!-- one --><option>a</option></select>'

    def loop_of(self, tag: str, inside: str, given: str = "") -> str:
        names, items, _ = self.rng.choice(LOOPS)
        return f'<{tag} l-for="{names} in {items}"{given}>{inside}</{tag}>'

    def card(self, depth: int) -> str:
        return f'<Card :name="{self.expression()}" title="t {{{{ s }}}}">{self.inside(depth)}</Card>'

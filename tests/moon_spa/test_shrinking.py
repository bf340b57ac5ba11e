"""Short names: the text does what it did, and only names that it declares itself are changed."""

from __future__ import annotations

from typing import get_args

import pytest

from moon_spa.bundling import BundlingError, bundle, composed
from moon_spa.features import Feature, entry
from moon_spa.jstokens import UnreadableError, joined, tokens
from moon_spa.shrinking import shrunk
from tests.moon_spa.node import Node

SOURCE = """
const WORDS = { __proto__: null, name: "name", value: 1 };
const [first, second] = [1, 2];
const { value, name: own } = WORDS;
class Box extends Map {
  items = [];
  static made = 0;
  constructor(items, { name = own, value } = {}) {
    super();
    Object.assign(this, { items, name, value });
    Box.made += 1;
  }
  get name2() { return this.name; }
  items2(...items) { return [...this.items, ...items]; }
  *[Symbol.iterator]() { for (const item of this.items) yield item; }
}
async function later(value) { try { throw value; } catch (error) { return error; } }
function text(name, at = first) {
  const shown = { name, [name]: at, at() { return name; }, "name-2": second };
  const inner = function inner(n) { return n ? inner(n - 1) : `${name} ${shown.at()} ${value} name`; };
  return [inner(2), { ...shown }.name, shown[name], /name/.test(name) ? name : at, typeof later];
}
function nested(name, { value: found = first, ...rest } = { extra: second }) {
  const all = (other, some) => other.map((name) => name + some);
  const pick = (some) => some ? (name) => name + found : (other, index = name) => all([other, index], some);
  const twice = (index) => {
    const name = index * 2;
    { const name = `${index}`; if (name) return name + first; }
    return name;
  };
  const { length: size, [name]: at = size } = "abc";
  try { missing(); } catch ({ name: kind }) { rest.kind = kind; }
  return [pick(1)(2), pick(0)(3), pick("")(4, 5), twice(4), size, at, rest, name];
}
function run() {
  const box = new Box([1], { value: 3 });
  let found = [], index = 0;
  for (let at = 0, step = 2; at < 4; at += step) found.push(at, index++);
  const more = [nested("x", { value: 7, more: 8 }), nested("y")];
  const all = [box.name, box.name2, box.value, box.items2(2), Box.made];
  return [...text("name"), ...more, ...all, [...box], found, own];
}
"""


def test_a_text_with_short_names_does_what_it_did(node: Node) -> None:
    short = shrunk(SOURCE, keep=["run"])
    both = [f"(() => {{ {text}; return run(); }})()" for text in (SOURCE, short)]
    before, after = node.call("return input.map((text) => new Function('return ' + text)());", both)
    assert before == after
    assert not {"second", "found", "later", "shown", "inner"} & set(short.replace('"', " ").split())
    assert len(short) < len(joined(tokens(SOURCE))) * 0.75


def test_a_text_in_a_text_is_refused() -> None:
    with pytest.raises(UnreadableError, match="text inside"):
        shrunk("const a = `${b ? `c` : d}`;")


@pytest.mark.parametrize("name", ["mount", "page", "site", "wire"])
def test_every_bundle_is_read_without_complaint(node: Node, name: str) -> None:
    strict = f'"use strict"; return {bundle(name).js};'
    assert node.call("new Function('__moon', input); return true;", strict) is True


@pytest.mark.parametrize("feature", [*get_args(Feature)])
def test_each_part_of_the_runtime_stands_without_the_others(node: Node, feature: Feature) -> None:
    """A name that only another part would bring is none that the module has."""
    module = composed(entry([feature]))
    strict = f'"use strict"; return {module.js};'
    assert node.call("new Function('__moon', input); return true;", strict) is True
    alone = composed(entry([]))
    assert len(alone.js) < len(module.js)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import { missing } from "./dom.mjs";\nexport const a = missing;', "dom.mjs exports no `missing`"),
        (
            'import { clean } from "./dom.mjs";\nexport const cloned = clean;',
            "two modules of one bundle have `cloned`",
        ),
    ],
    ids=["missing", "clash"],
)
def test_modules_that_cannot_stand_in_one_function_are_refused(text: str, message: str) -> None:
    with pytest.raises(BundlingError, match=message):
        composed(text)

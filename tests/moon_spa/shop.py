"""A small site for the tests: four components in three files, and their routes."""

from __future__ import annotations

from pathlib import Path

SITE = """\
title: Shop
routes:
  /: Home
  /item/:id:
    component: Item
    title: An item
    props: {currency: EUR}
    pages: [{id: 1}, {id: 2}]
  /about/us: parts/about.py:About
  "*": Lost
"""
HOME = '''\
class Home(Component):
    template = """<h1>Home</h1><a id="one" href="/item/1">one</a> <a id="seven" href="item/7">seven</a>
    <a id="bad" href="/item/abc">bad</a> <a id="about" href="about/us">about</a>
    <a id="nowhere" href="/nowhere">nowhere</a> <a id="file" href="/prices.txt">file</a>
    <button @click="up">{{ n }}</button><div style="height: 3000px">tall</div>
    <a id="low" href="/item/2">low</a>"""

    def setup(self, props):
        state = {"n": 0}

        def up():
            state["n"] += 1


class Lost(Component):
    template = '<h1>Lost</h1><a id="home" href="/">home</a>'

    def setup(self, props):
        state = {}
'''
ITEM = '''\
class Item(Component):
    template = """<h1>Item {{ number }}</h1><p>{{ money }}</p><button @click="up">{{ number }}</button>
    <button id="save" @click="save">save</button> <a id="home" href="/">home</a>
    <a id="next" href="../2">next</a>"""

    def setup(self, props):
        state = {
            "number": StateField(from_prop="id", default=1, cast="int"),
            "money": StateField(from_prop="currency", default="USD", cast="str"),
        }

        def up():
            state["number"] += 1

        def save():
            open("x")
'''
ABOUT = """\
class About(Component):
    template = '<h1>About {{ year }}</h1><a id="home" href="/">home</a>'

    def setup(self, props):
        state = {}
        data = {"year": 2026}
"""


def write_shop(folder: Path) -> Path:
    """The shop's folder."""
    shop = folder / "shop"
    (shop / "parts").mkdir(parents=True)
    for name, text in {
        "site.yml": SITE,
        "home.py": HOME,
        "item.py": ITEM,
        "parts/about.py": ABOUT,
        "parts/prices.py": "raise SystemExit('this module is no component, and must not run')\n",
    }.items():
        (shop / name).write_text(text, encoding="utf-8")
    return shop

"""Sets of tuples, dicts whose keys are tuples, counters, in random programs; see `grammar` for the holes."""

from __future__ import annotations

from tests.moon_spa.grammar_forms import Form, form

TUPLES: dict[str, tuple[Form, ...]] = {
    "cells": (
        form("cells", "{(«int», «int»), (1, 2)}"),
        form("cells-comprehension", "{(«x», «y») for «x», «y» in «grid!»}", x="int", y="int"),
        form("cells-zip", "set(zip(«ints», «ints»))"),
        form("cells|", "(«cells» | «cells»)"),
        form("cells&", "(«cells» & «cells»)"),
        form("cells-", "(«cells» - «cells»)"),
        form("cells^", "(«cells» ^ «cells»)"),
    ),
    "places": (
        form("places", "{(«int», 1): «int», (1, 2): 3}"),
        form(
            "places-comprehension", "{(«x», «i»): «int» for «i», «x» in enumerate(«ints!»)}", i="int", x="int"
        ),
        form("places-fromkeys", "dict.fromkeys(zip(«ints», «ints»), «int»)"),
        form("places-dict", "dict(zip(zip(«ints», «ints»), «ints»))"),
    ),
    "spot": (
        form("Spot", "Spot(«int», «int»)"),
        form("Spot-named", "Spot(y=«int!», x=1)"),
        form("spot-replace", "«spot»._replace(y=«int»)"),
        form("spot-max", "max(«spots», key=lambda «p»: («p».y, «int»))", p="spot"),
    ),
    "spots": (
        form("spots", "[Spot(«x», «int») for «x» in «ints!»]", x="int"),
        form("spots-sorted", "sorted(«spots»)"),
        form("spots+", "(«spots» + [«spot»])"),
    ),
    "counter": (
        form("Counter", "Counter(«words»)"),
        form("Counter-generator", "Counter(«str» for «x» in «ints!»)", x="int"),
        form("Counter-letters", "Counter(«str»)"),
        form("Counter.copy", "«counter».copy()"),
    ),
    "groups": (form("groups", "defaultdict(list)"),),
    "table": (
        form("dict-counter", "dict(«counter»)"),
        form("dict-groups", "{«k»: len(«v») for «k», «v» in «groups!».items()}", k="str", v="ints"),
    ),
    "numbered": (form("numbered-dict", "dict(enumerate(«words»))"),),
    "int": (
        form("places-get", "«places».get((«int», «int»), «int»)"),
        form("places-index", "«places»[(1, 2)]"),
        form("spot-part", "(«spot».x - «spot»[1])"),
        form("spots-part", "«spots»[«index»].y"),
        form("counter-item", "«counter»[«key»]"),
        form("counter-total", "(«counter».total() + len(«counter»))"),
        form("len-cells", "(len(«cells») + len(«places»))"),
        form("places-max", "max(«places», key=lambda «p»: («int», «p»))[1]", p="cell"),
    ),
    "bool": (
        form("in-cells", "((«int», «int») in «cells»)"),
        form("spot==", "(«spot» == «spot» or «spot» in «cells»)"),
        form("in-places", "((«int», 1) not in «places»)"),
        form("cells==", "(«cells» == «cells»)"),
        form("cells<=", "(«cells» <= «cells»)"),
        form("tags<", "(«tags» < «tags»)"),
        form("tags>=", "(«tags» >= «tags»)"),
        form("long-in-cells", "(tuple(«ints») in «cells»)"),
    ),
    "str": (
        form("sorted-cells", "str(sorted(«cells»))"),
        form("str-places", "str(«places»)"),
        form("most_common", "str(«counter».most_common())"),
        form("most_common-some", "str(«counter».most_common(«digit»))"),
        form("str-groups", "str(dict(«groups»))"),
        form(
            "places-items",
            "''.join(f'{«x»}{«y»}{«v»}' for («x», «y»), «v» in «places!».items())",
            x="int",
            y="int",
            v="int",
        ),
    ),
}

TUPLE_STATEMENTS: tuple[Form, ...] = (
    form("spot-unpack", "«new_int», «newer_int» = «spot»"),
    form("for-spots", "for «x», «y» in «spots!»:\n    «block»", loop=True, x="int", y="int"),
    form("for-spot", "for «p» in «spots!»:\n    «block»", loop=True, p="spot"),
    form(
        "counter-update",
        "«new_counter» = «counter»\n«new_counter».update(«words»)\n«new_counter»[«key»] -= «int»",
    ),
    form(
        "for-counter",
        "for «k», «v» in «counter!».most_common(«digit!»):\n    «block»",
        loop=True,
        k="str",
        v="int",
    ),
    form(
        "defaultdict",
        "«new_groups» = defaultdict(list)\nfor «x» in «words!»:\n    «new_groups»[«x»].append(«int»)",
        x="str",
    ),
    form(
        "groups-item",
        "«new_groups» = «groups»\n«place_int» = len(«new_groups»[«str»])\n«place_ints» = «new_groups»['a']",
    ),
    form(
        "sums",
        "«g» = defaultdict(int)\nfor «x» in «ints!»:\n    «g»[«x» % 3] += «int»\n«new_str» = str(dict(«g»))",
        g="sums",
        x="int",
    ),
    form("cells.add", "«new_cells» = «cells»\n«new_cells».add((«int», 2))\n«new_cells».discard((1, «int»))"),
    form(
        "cells.remove", "«new_cells» = «cells»\n«new_cells».remove((«int», 2))\n«new_cells».update(«cells»)"
    ),
    form("cells-=", "«new_cells» = «cells»\n«new_cells» -= «cells»"),
    form("tags^=", "«new_tags» = «tags»\n«new_tags» ^= «tags»\n«new_tags» &= «tags»"),
    form("places-set", "«new_places» = «places»\n«new_places»[(«int», 2)] = «int»\n«new_places»[1, 2] += 1"),
    form(
        "places-delete",
        "«new_places» = «places»\ndel «new_places»[«int», 1]\n«place_int» = «new_places».pop((1, 2), 4)",
    ),
    form(
        "for-places",
        "for («x», «y»), «v» in «places!».items():\n    «block»",
        loop=True,
        x="int",
        y="int",
        v="int",
    ),
    form("for-place-keys", "for «x», «y» in «places!»:\n    «block»", loop=True, x="int", y="int"),
)

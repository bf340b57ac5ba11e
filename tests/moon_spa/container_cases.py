"""Helpers of lists, dicts and sets, and those of values of unknown type, beside Python's operations."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from tests.moon_spa import values as v
from tests.moon_spa.helper_cases import (
    ANY,
    DICT,
    FLOAT,
    INT,
    ITEMS,
    KEY,
    KEYED,
    LENGTH,
    MAP,
    NONE,
    NUMBER,
    PAIRS,
    PLACE,
    SET,
    SMALL,
    TEXT,
    WORDS,
    case,
    dynamic,
)

COMPENSATED = sys.version_info >= (3, 12)
"""How `sum()` adds floats is another matter since Python 3.12; the compiler says which way to take."""


def assign(target: Any, key: Any, value: Any) -> None:
    target[key] = value


def delete(target: Any, key: Any) -> None:
    del target[key]


def assign_slice(target: list[Any], start: Any, stop: Any, step: Any, items: Any) -> None:
    target[start:stop:step] = items


def delete_slice(target: list[Any], start: Any, stop: Any, step: Any) -> None:
    del target[start:stop:step]


def multiply(target: list[Any], n: int) -> None:
    target *= n


def star(items: Any, before: int, after: int) -> list[Any]:
    found = list(items)
    if len(found) < before + after:
        raise ValueError("not enough values")
    end = len(found) - after
    return [*found[:before], found[before:end], *found[end:]]


def become(target: set[Any], other: set[Any]) -> None:
    items = [*other]
    target.clear()
    target.update(items)


def counted(target: dict[str, int], items: Any) -> dict[str, int]:
    for item in items:
        target[item] = target.get(item, 0) + 1
    return target


def fill(keys: list[Any], value: Any, made: dict[Any, Any]) -> dict[Any, Any]:
    made.update(dict.fromkeys(keys, value))
    return made


def apart(items: Any, shape: list[Any]) -> list[Any]:
    parts = exactly(items, len(shape))
    return [apart(one, inner) if inner else one for one, inner in zip(parts, shape, strict=True)]


def exactly(items: Any, n: int) -> list[Any]:
    found = list(items)
    if len(found) != n:
        raise ValueError("another number of values")
    return found


PLACES = v.one_of(SMALL, v.constant(2**60, -(2**60), 2**63, -(2**64)))
SEQUENCES = (
    case("at", lambda s, i: s[i], ITEMS, v.one_of(SMALL, v.constant(2**60, -(2**60)))),
    case("set_at", assign, ITEMS, SMALL, SMALL),
    case("del_at", delete, ITEMS, SMALL),
    case(
        "slice",
        lambda s, a, b, c: s[a:b:c],
        ITEMS,
        PLACE,
        PLACE,
        v.maybe(v.constant(1, 2, -1, -2, 0, 10**20)),
    ),
    case(
        "set_slice",
        assign_slice,
        ITEMS,
        PLACE,
        PLACE,
        v.maybe(v.constant(1, 2, -1, -2, 0)),
        v.lists(v.small, 3),
    ),
    case("del_slice", delete_slice, ITEMS, PLACE, PLACE, v.maybe(v.constant(1, 2, -1, -2, 0))),
    case("extend", lambda s, items: s.extend(items), ITEMS, v.one_of(ITEMS, DICT, TEXT, MAP)),
    case("insert", lambda s, i, x: s.insert(i, x), ITEMS, PLACES, SMALL),
    case("pop", lambda s, *i: s.pop(*i), ITEMS, PLACES),
    case("pop", lambda s: s.pop(), ITEMS),
    case("remove", lambda s, x: s.remove(x), ITEMS, SMALL),
    case(
        "index_l", lambda s, x, *a: s.index(x, *[0 if one is None else one for one in a]), ITEMS, SMALL, PLACE
    ),
    case("index_l", lambda s, x, a, b: s.index(x, a, b), ITEMS, SMALL, SMALL, SMALL),
    case("count_l", lambda s, x: s.count(x), v.lists(v.constant(0, 1, True, 1.0, 2)), v.constant(1, True, 0)),
    dynamic("in_l", lambda x, s: x in s, ANY, v.lists(ANY)),
    case("repeat", lambda s, n: s * n, ITEMS, SMALL),
    case("extend_repeat", multiply, ITEMS, SMALL),
    case("concat", lambda a, b: a + b, ITEMS, WORDS),
    case("sort", lambda s, key, rev: s.sort(key=key, reverse=rev), ITEMS, KEYED, v.bools),
    case("sort", lambda s: s.sort(), v.lists(v.finite)),
    case(
        "sort",
        lambda s, key, rev: s.sort(key=key, reverse=rev),
        v.lists(v.plain),
        v.constant(None, LENGTH),
        v.bools,
    ),
    case("sorted", lambda s, key, rev: sorted(s, key=key, reverse=rev), PAIRS, NONE, v.bools),
    case("sorted", sorted, v.one_of(WORDS, TEXT, SET, v.lists(ITEMS))),
    case("sorted", sorted, v.lists(v.one_of(v.small, v.short), 3)),
    case("reversed", lambda s: list(reversed(s)), v.one_of(ITEMS, TEXT, DICT)),
    case("list", list, v.one_of(ITEMS, TEXT, DICT, MAP)),
    case("range", lambda a, b, c: list(range(a, b, c)), SMALL, SMALL, SMALL),
    case(
        "range_list",
        lambda a, b, c: list(range(a, b, c)),
        v.constant(2**53 - 2, 2**53, 2**53 - 5),
        v.constant(2**53 + 2, -7, 3),
        v.constant(2**51, -(2**50), 2**51 + 7),
    ),
    case(
        "len_range",
        lambda a, b, c: max(0, (b - a + (c - (1 if c > 0 else -1))) // c) if c else range(0, 0, 0),
        v.ints,
        v.ints,
        v.ints,
    ),
    case(
        "in_range", lambda x, a, b, c: x in range(a, b, c), SMALL, SMALL, v.counts, v.constant(1, 2, -1, -3)
    ),
    case("at_range", lambda i, a, b, c: range(a, b, c)[i], SMALL, SMALL, v.counts, v.constant(1, 2, -1, -3)),
    case(
        "enumerate",
        lambda s, i: list(enumerate(s, i)),
        v.one_of(WORDS, TEXT),
        v.one_of(SMALL, v.constant(2**53 - 1)),
    ),
    case(
        "zip", lambda its, strict: list(zip(*its, strict=strict)), v.lists(v.one_of(ITEMS, TEXT), 3), v.bools
    ),
    case("min_of", lambda s, key: min(s, key=key), ITEMS, KEYED),
    case("max_of", lambda s, key, default: max(s, key=key, default=default), ITEMS, KEYED, SMALL),
    case("max_of", max, v.one_of(WORDS, v.lists(NUMBER), v.lists(v.one_of(v.small, v.short)))),
    case("sum", sum, v.lists(INT), INT),
    dynamic(
        "sum_a",
        lambda s, start, _: sum(s, start),
        v.one_of(v.lists(INT), v.lists(FLOAT), v.lists(v.one_of(INT, FLOAT))),
        v.constant(0),
        v.constant(COMPENSATED),
        bails=0.5 if COMPENSATED else 0.1,
    ),
    case(
        "sum_f",
        lambda s, start, *_: float(sum(s, start)),
        v.lists(FLOAT),
        v.constant(0.0, 2.5),
        v.constant(COMPENSATED),
        v.constant(False),
    ),
    dynamic("any", any, v.lists(ANY)),
    dynamic("all", all, v.lists(ANY)),
    case(
        "unpack_as",
        apart,
        v.tuples(v.one_of(ITEMS, TEXT), SMALL),
        v.constant([0, 0], [[0, 0], 0], [[0], 0], [0]),
    ),
    case(
        "unpacked",
        lambda items, shape: [apart(one, shape) for one in items],
        v.lists(v.tuples(SMALL, SMALL)),
        v.constant([0, 0], [0]),
    ),
    case("zip_strict", lambda its: list(zip(*its, strict=True)), v.lists(v.lists(SMALL, 2), 3)),
    case("at_either", lambda s, i: s[i], ITEMS, SMALL, bails=0.95),
    case("index_t", lambda s, x: tuple(s).index(x), ITEMS, SMALL),
    case("sum_l", sum, v.lists(ITEMS, 3), ITEMS),
    case("tuple_text", lambda a: f"({a[0]},({a[1][0]}))", v.tuples(v.ints, v.tuples(SMALL))),
    case("set_become", become, SET, SET),
    case("count_items", counted, v.dicts(v.texts, SMALL), v.one_of(WORDS, TEXT)),
    case("most_common", lambda d: Counter(d).most_common(), DICT),
    case("most_common", lambda d, n: Counter(d).most_common(n), MAP, SMALL),
    case("dict_fromkeys", fill, WORDS, SMALL, lambda _: {}),
    case("unpack", exactly, v.one_of(ITEMS, TEXT, DICT), v.constant(0, 1, 2, 3)),
    case("unpack_star", star, ITEMS, v.constant(0, 1, 2), v.constant(0, 1)),
)


def without(values: dict[Any, Any], keys: list[Any]) -> dict[Any, Any]:
    made = values.copy()
    for key in keys:
        del made[key]
    return made


MAPPINGS = tuple(
    case(helper, python, made, *(key if one is KEY else one for one in makers))
    for made, key in ((DICT, KEY), (MAP, v.one_of(SMALL, v.bools)))
    for helper, python, makers in (
        ("dict_at", lambda d, k: d[k], (KEY,)),
        ("dict_get", lambda d, k, x: d.get(k, x), (KEY, SMALL)),
        ("dict_set", assign, (KEY, SMALL)),
        ("dict_del", delete, (KEY,)),
        ("dict_len", len, ()),
        ("dict_pop", lambda d, k: d.pop(k), (KEY,)),
        ("dict_pop", lambda d, k, x: d.pop(k, x), (KEY, SMALL)),
        ("dict_popitem", lambda d: d.popitem(), ()),
        ("dict_setdefault", lambda d, k, x: d.setdefault(k, x), (KEY, SMALL)),
        ("dict_clear", lambda d: d.clear(), ()),
        ("dict_copy", lambda d: d.copy(), ()),
        ("dict_update", lambda d, o: d.update(o), (made,)),
        ("dict_or", lambda d, o: d | o, (made,)),
        ("dict_keys", list, ()),
        ("dict_values", lambda d: list(d.values()), ()),
        ("dict_items", lambda d: list(d.items()), ()),
        ("dict_iter", list, ()),
        ("dict_iter_values", lambda d: list(d.values()), ()),
        ("dict_iter_items", lambda d: list(d.items()), ()),
    )
)

MORE = (
    case("dict_without", without, DICT, v.lists(KEY, 2)),
    case("dict_without", without, MAP, v.lists(SMALL, 2)),
    case("dict_in", lambda k, d: k in d, KEY, DICT),
    case(
        "dict_in",
        lambda k, d: k in d,
        v.one_of(SMALL, KEY, v.bools, NONE, v.constant(2**53, 1.0)),
        v.one_of(MAP, v.dicts(INT, v.small)),
    ),
    case("dict_new", dict, v.lists(v.tuples(KEY, SMALL))),
    case("map_new", dict, v.lists(v.tuples(v.one_of(INT, NONE, TEXT), SMALL), 4)),
    case("dict_from", dict, v.one_of(DICT, v.lists(v.tuples(KEY, SMALL)))),
    case("set_new", set, v.lists(v.one_of(SMALL, v.bools))),
    case("set_in", lambda x, s: x in s, v.one_of(SMALL, v.bools, v.constant(1.0, 2**60)), SET),
    case("set_add", lambda s, x: s.add(x), SET, v.one_of(SMALL, v.bools)),
    case("set_discard", lambda s, x: s.discard(x), SET, SMALL),
    case("set_remove", lambda s, x: s.remove(x), SET, SMALL),
    case("set_update", lambda s, x: s.update(x), SET, ITEMS),
    case("set_or", lambda a, b: a | b, SET, SET),
    case("set_and", lambda a, b: a & b, SET, SET),
    case("set_minus", lambda a, b: a - b, SET, SET),
    case("set_xor", lambda a, b: a ^ b, SET, SET),
    case("set_le", lambda a, b: a <= b, v.sets(v.constant(1, 2), 2), SET),
    case("set_lt", lambda a, b: a < b, v.sets(v.constant(1, 2), 2), SET),
    case("set_isdisjoint", lambda a, b: a.isdisjoint(b), v.sets(v.small, 2), v.sets(v.small, 2)),
    dynamic("copy", lambda x: x, ANY),
    case("copy", lambda x: x, v.one_of(DICT, MAP, SET, v.lists(DICT))),
)

NAMED = v.one_of(v.constant("a", "b"), v.texts)
DYNAMIC = (
    *(
        dynamic(name, python, v.one_of(ANY, NUMBER), v.one_of(ANY, NUMBER, SMALL), bails=0.2)
        for name, python in (
            ("add_a", lambda a, b: a + b),
            ("sub_a", lambda a, b: a - b),
            ("truediv_a", lambda a, b: a / b),
            ("floordiv_a", lambda a, b: a // b),
            ("mod_a", lambda a, b: a % b),
        )
    ),
    dynamic("mul_a", lambda a, b: a * b, v.one_of(ANY, NUMBER), v.one_of(FLOAT, SMALL, v.short)),
    dynamic("pow_a", lambda a, b: a**b, v.one_of(ANY, SMALL), v.one_of(v.short, SMALL), bails=0.5),
    dynamic("neg_a", lambda a: -a, ANY),
    dynamic("pos_a", lambda a: +a, ANY),
    dynamic("abs_a", abs, ANY),
    dynamic("len_a", len, ANY),
    dynamic("at_a", lambda a, k: a[k], ANY, v.one_of(SMALL, KEY, ANY)),
    dynamic("set_at_a", assign, v.one_of(ANY, DICT, ITEMS), v.one_of(SMALL, KEY), SMALL, bails=0.3),
    dynamic("del_at_a", delete, v.one_of(ANY, DICT, ITEMS), v.one_of(SMALL, KEY, ANY)),
    dynamic(
        "slice_a",
        lambda a, x, y, z: a[x:y:z],
        ANY,
        PLACE,
        PLACE,
        v.maybe(v.one_of(v.constant(-1, 2), v.short)),
        bails=0.3,
    ),
    dynamic("in_a", lambda x, c: x in c, ANY, ANY),
    dynamic("iter_a", list, v.one_of(v.lists(ANY), DICT, v.ints)),
    dynamic("int_a", int, v.one_of(ANY, v.plain), bails=0.3),
    dynamic("round_a", round, v.one_of(ANY, FLOAT), v.maybe(SMALL)),
    dynamic("get_a", lambda d, k, x: d.get(k, x), v.one_of(ANY, DICT), KEY, SMALL),
    dynamic("type_name", lambda x: type(x).__name__, ANY),
    dynamic(
        "float_a",
        float,
        v.constant("0.5", "x", 2.5, None, []),
    ),
)

CONTAINERS = (*SEQUENCES, *MAPPINGS, *MORE, *DYNAMIC)

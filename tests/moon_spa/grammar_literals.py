"""The names and literals that random component programs start from; see `grammar` for the types."""

from __future__ import annotations

ANNOTATIONS = {
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
    "ints": "list[int]",
    "words": "list[str]",
    "floats": "list[float]",
    "table": "dict[str, int]",
}

ERRORS = (
    "ValueError",
    "KeyError",
    "IndexError",
    "ZeroDivisionError",
    "TypeError",
    "LookupError",
    "Exception",
    "RuntimeError",
)

LITERALS: dict[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "3", "-1", "-7", "10", "100", "9007199254740991", "255"),
    "digit": ("0", "1", "2", "3"),
    "index": ("0", "0", "0", "-1", "-1", "1", "2", "-2", "5"),
    "float": ("0.0", "1.5", "-2.5", "0.1", "3.0", "1e16", "-0.0", "2.675", "1e-7", "100.0"),
    "str": (
        "''",
        "'a'",
        "'ab c'",
        "'Hello'",
        "'ß'",
        "'😀b'",
        "'10'",
        "' x '",
        '"it\'s"',
        "'__proto__'",
        "'a\\nb'",
    ),
    "bool": ("True", "False"),
    "ints": ("[1, 2, 3]", "[4, 0]", "[]", "[1, 2, 3]", "[5, -1, 5]", "[0]"),
    "floats": ("[1.0, 2.5]", "[0.5]", "[-0.0, 3.0]", "[]"),
    "words": ("['a', 'b']", "['b', 'a', 'ab']", "['x']", "[]"),
    "table": ("{'a': 1}", "{'b': 2, '10': 3, '2': 4}", "{'__proto__': 5, 'a': 0}", "{}"),
    "rows": (
        "[]",
        "[{'name': 'a', 'n': 1, 'done': False}]",
        "[{'name': 'b', 'n': 2, 'done': True}, {'name': 'a', 'n': 2, 'done': False}]",
    ),
    "maybe": ("None", "'a'", "''"),
    "pair": ("(1, 'a')", "(2, '')"),
    "tags": ("{'a', 'b'}", "{'x'}"),
    "numbered": ("{1: 'a', 0: 'b'}", "{10: 'x'}"),
    "priced": (
        "[]",
        "[{'p': 2.0, 'q': 3}]",
        "[{'p': 1.5, 'q': 1}, {'p': -0.0, 'q': -2}]",
    ),
    "prow": ("{'p': 1.0, 'q': 2}",),
    "long": ("(1, 2, 3)", "()", "(4, 0)"),
    "counter": ("Counter(['a', 'b', 'a'])", "Counter()"),
    "spot": ("Spot(1, 2)", "Spot(3, -1)"),
    "spots": ("[]", "[Spot(3, 1), Spot(1, 2)]"),
    "groups": ("defaultdict(list)",),
    "cells": ("{(1, 2), (3, 4)}", "{(0, 0)}"),
    "places": ("{(1, 2): 3}", "{(0, 1): 1, (5, 6): 7}"),
    "grid": ("[[1, 2], [3, 4], [5, 6]]", "[[1, 2]]", "[]", "[[0], [1, 2]]"),
    "entries": ("[]", "[('a', 1)]", "[('b', 2), ('a', 1)]"),
    "key": ("'a'", "'a'", "'a'", "'b'", "'10'", "'2'", "'__proto__'", "'constructor'"),
    "digits": ("'12'", "'-5'", "'0'", "'7'", "' 7 '", "'x1'"),
}

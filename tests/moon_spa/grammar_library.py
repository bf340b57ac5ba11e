"""Calls of the standard library, and newer syntax, in random programs; see `grammar` for the holes."""

from __future__ import annotations

from tests.moon_spa.grammar_forms import Form, form

LIBRARY: dict[str, tuple[Form, ...]] = {
    "int": (
        form("math.floor", "math.floor(«float»)"),
        form("math.ceil", "math.ceil(«int» / «int»)"),
        form("math.trunc", "trunc(«float» * 1e9)"),
        form("math.gcd", "math.gcd(«int», «int»)"),
        form("math.lcm", "math.lcm(«int», «digit», 6)"),
        form("math.isqrt", "math.isqrt(«int»)"),
        form("math.prod", "math.prod(«ints»)"),
        form("math.prod-generator", "math.prod(«int» for «x» in «ints!»)", x="int"),
        form("math.factorial", "math.factorial(«digit»)"),
        form("math.comb", "(math.comb(«int», «digit») + math.perm(«digit», 2))"),
        form("map-math", "sum(map(math.floor, «floats»))"),
        form("next-iter", "next(iter(«ints»))"),
        form("next-only", "next(«x» for «x» in «ints!» if «bool»)", x="int"),
        form("next-default", "next(iter(«table».values()), «int!»)"),
        form("long-index", "«long»[«index»]"),
        form("long-sum", "(sum(«long») + len(«long»))"),
        form("long.count", "(«long».count(«int») + («int», 2).index(2))"),
    ),
    "float": (
        form("math.sqrt", "math.sqrt(abs(«float»))"),
        form("math.sqrt-int", "math.sqrt(«int»)"),
        form("math.fabs", "math.fabs(«float» - «int»)"),
        form("math.copysign", "math.copysign(«float», «float»)"),
        form("math.fmod", "math.fmod(«float», «float»)"),
        form("math.pi", "(math.pi * «float»)"),
        form("math.degrees", "(math.degrees(«float») + math.radians(«int»))"),
    ),
    "bool": (
        form("math.isclose", "math.isclose(«float», «float»)"),
        form("math.isclose-tolerance", "math.isclose(«float», «int», abs_tol=0.5)"),
        form("math.isnan", "(math.isnan(«float») or math.isinf(«float») or not math.isfinite(«float»))"),
        form("math.inf", "(-math.inf < «float» < math.inf)"),
        form("long==", "(«long» == «long»)"),
        form("long<", "(«long» < «long»)"),
        form("in-long", "(«int» in «long»)"),
    ),
    "str": (
        form("str-long", "str(«long»)"),
        form("columns", "str(list(zip(*«grid»)))"),
        form("columns-words", "' '.join(''.join(«c») for «c» in zip(*«words!»))", c="cells"),
        form("next-key", "next(iter(«table»))"),
        form(
            "nested-list-target",
            "str([«i» + «x» * «y» for «i», («x», «y») in enumerate(«grid»)])",
            i="int",
            x="int",
            y="int",
        ),
    ),
    "table": (form("fromkeys", "dict.fromkeys(«words», «int»)"),),
    "words": (form("unique", "list(dict.fromkeys(«words»))"),),
    "tags": (form("set-star", "{*«words», «str»}"),),
    "ints": (
        form("sum-lists", "sum(«grid», [])"),
        form("list-long", "list(«long»)"),
        form("spread-generator", "[*(«int» for «x» in «ints!»), «int»]", x="int"),
    ),
    "long": (
        form("tuple()", "tuple(«ints»)"),
        form("tuple-generator", "tuple(«int» for «x» in «ints!»)", x="int"),
        form("tuple-slice", "«long»[«index»:]"),
        form("tuple+", "(«long» + (7,))"),
        form("tuple*", "(«long» * «digit»)"),
        form("tuple-star", "(«int», *«ints»)"),
        form("tuple-if", "(«long» if «bool» else (1, 2))"),
    ),
    "grid": (
        form("grid", "[«ints», «ints»]"),
        form("transposed", "[list(«c») for «c» in zip(*«grid!»)]", c="long"),
        form("grid-map", "[[«int» for «x» in «y»] for «y» in «grid!»]", x="int", y="ints"),
        form("grid+", "(«grid» + «grid»)"),
    ),
    "floats": (form("sorted-math", "sorted(«floats», key=math.fabs)"),),
}

MATCHES: tuple[Form, ...] = (
    form(
        "match-int",
        "match «int!»:\n    case 0 | 1:\n        «place_int!» = «int!»\n    case -1 | 2:\n        pass\n"
        "    case «x» if «bool»:\n        «block»",
        x="int",
    ),
    form(
        "match-str",
        "match «str!»:\n    case 'a' | '':\n        pass\n    case «s»:\n        «block»",
        s="str",
    ),
    form(
        "match-float",
        "match «float!»:\n    case 0 | 1.5:\n        pass\n    case «y» if «y» < «float!»:\n        «block»",
        y="float",
    ),
    form("match-bool", "match «bool»:\n    case True:\n        «block»\n    case 0:\n        «block»"),
    form(
        "match-list",
        "match «ints!»:\n    case [] | [0, *_]:\n        «place_int!» = 1\n"
        "    case [«x», *«r»]:\n        «block»",
        x="int",
        r="ints",
    ),
    form(
        "match-list-ends",
        "match «ints!»:\n    case [«x», *«r», «y»] if «bool»:\n        «block»\n"
        "    case [_] | [3, _, _]:\n        «place_int!» -= 1",
        x="int",
        r="ints",
        y="int",
    ),
    form(
        "match-either",
        "match «words!»:\n    case ['a', «x»] | [«x», 'a', *_]:\n        «block»\n"
        "    case [*_, 'b']:\n        «place_words!» = []",
        x="str",
    ),
    form(
        "match-pair",
        "match «pair!»:\n    case (1, «s»):\n        «block»\n    case _:\n        «place_int!» = 1",
        s="str",
    ),
    form(
        "match-two",
        "match «int!», «maybe!»:\n    case 0, None:\n        «place_str!» = 'none'\n"
        "    case «x», str(«s»):\n        «block»",
        x="int",
        s="str",
    ),
    form(
        "match-dict",
        "match «table!»:\n    case {'a': 1}:\n        «place_int!» = 5\n"
        "    case {«key!»: «x», **«r»}:\n        «block»\n    case {}:\n        pass",
        x="int",
        r="table",
    ),
    form(
        "match-rows",
        "match «rows!»:\n    case [{'name': 'a', 'n': «x»}, *_] | [_, {'n': «x»}]:\n        «block»",
        x="int",
    ),
    form("match-alias", "match «place_rows»:\n    case [*_, «w»]:\n        «w»['n'] = «int»", w="row"),
    form(
        "match-as",
        "match «place_rows»:\n    case [_, _] as «w»:\n        «w».append(«w»[0])\n"
        "    case [{'done': True}] | []:\n        «place_rows» = «rows!»",
        w="rows",
    ),
    form(
        "match-spot",
        "match «spot!»:\n    case Spot(0, _) | Spot(y=1):\n        pass\n"
        "    case Spot(«x», y=«y») if «bool»:\n        «block»",
        x="int",
        y="int",
    ),
    form(
        "match-maybe",
        "match «maybe!»:\n    case None:\n        pass\n    case «s» if «s» in «words»:\n        «block»",
        s="str",
    ),
)

PASSING: tuple[Form, ...] = (
    form(
        "nonlocal",
        "«n» = «int!»\ndef «f»(«q»):\n    nonlocal «n»\n    «n» += «int»\n    return «n»\n"
        "«new_int» = «n» + «f»(«int!») * «n» + «f»(1)",
        f="function",
        n="counter",
        q="int",
    ),
    form(
        "table",
        "«f» = {'a': lambda «q»: «int», 'b': abs}\n«new_int» = «f»[«key!»](«int!»)",
        f="function",
        q="int",
    ),
    form("unpack-map", "«new_int», «newer_int» = map(abs, «ints»)"),
    form("unpack-generator", "«new_int», *«new_ints» = («int» for «x» in «ints!»)", x="int"),
    form("unpack-two", "«new_int», «newer_int» = («x» // «int» for «x» in «ints!»)", x="int"),
    form("unpack-columns", "«new_xs», «new_ys» = zip(*«entries»)\n«new_int» = sum(«new_ys»)"),
    form("unpack-zip", "(«new_int», «new_str»), _ = zip(«ints», «words»)"),
    form("kept-lambda", "«f» = lambda «q»: «int»\n«new_int» = «f»(«int!») + «f»(2)", f="function", q="int"),
    form(
        "shared-unpack",
        "«f» = lambda: «a» + «b»\n«a», «b» = «int!», 3\n«new_int» = «f»()",
        f="function",
        a="int",
        b="int",
    ),
    form(
        "for-columns", "for «c» in zip(*«grid!»):\n    «new_int» = sum(«c»)\n    «block»", loop=True, c="long"
    ),
    form("for-lists", "for «x», «y» in «grid!»:\n    «block»", loop=True, x="int", y="int"),
    form(
        "for-nested-lists",
        "for «i», («x», «y») in enumerate(«grid!»):\n    «block»",
        loop=True,
        i="int",
        x="int",
        y="int",
    ),
    form("for-letters", "for «x», «y» in «words!»:\n    «block»", loop=True, x="str", y="str"),
    form(
        "for-zip-strict",
        "for «x», «y» in zip(«ints!», «words!», strict=True):\n    «block»",
        loop=True,
        x="int",
        y="str",
    ),
    form(
        "for-lines",
        "for «c» in [*«grid!», *zip(*«grid!»)]:\n    «place_int» += «c»[0] * len(«c»)",
        c="either",
    ),
)

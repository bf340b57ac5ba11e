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
    ),
    "floats": (form("sorted-math", "sorted(«floats», key=math.fabs)"),),
}

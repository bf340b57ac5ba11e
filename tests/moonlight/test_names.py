"""Names that a piece of Python reads, writes and may change."""

from __future__ import annotations

import sys

import pytest

from moonlight.names import is_ipython, names_of

CASES = [
    # code, reads, writes
    ("x = 1", "", "x"),
    ("x = y", "y", "x"),
    ("x += 1", "x", "x"),
    ("x: int = y", "y int", "x"),
    ("x: int", "int", ""),
    ("a, (b, *c) = d", "d", "a b c"),
    ("x = 1\ny = x", "", "x y"),
    ("y = x\nx = 1", "x", "x y"),
    ("if c:\n    x = 1\ny = x", "c x", "x y"),
    ("if c:\n    x = 1\nelse:\n    x = 2\ny = x", "c", "x y"),
    ("if c:\n    x = 1\nelse:\n    raise E\ny = x", "c E", "x y"),
    ("for i in n:\n    t = i", "n", "i t"),
    ("for i in n: pass\nelse:\n    x = i", "n i", "i x"),
    ("while c:\n    c = f(c)", "c f", "c"),
    ("with open(p) as f, g() as h: f.read()", "open p g", "f h"),
    ("try:\n    import a\nexcept ImportError as e:\n    a = None\na", "ImportError", "a e"),
    ("match v:\n    case {'k': k, **rest}: k\n    case [x, *y] if x > z: y", "v z", "k rest x y"),
    ("match v:\n    case A(b=c) as d: pass", "v A", "c d"),
    ("[i * k for i in n if i]", "n k", ""),
    ("{i: j for i, j in d.items()}", "d", ""),
    ("[y := f(x) for x in n]\ny", "n f", "y"),
    ("any((last := x) for x in n)", "any n", "last"),
    ("def f(a=b, *args: c, k=d, **kw) -> e:\n    return a + g", "b c d e", "f"),
    ("@deco\ndef f(): pass", "deco", "f"),
    ("f = lambda a=b: a + c", "b", "f"),
    ("class A(B, metaclass=M):\n    x = y\n    z = x\n    def f(self): return w", "B M y", "A"),
    ("def f():\n    global g\n    g = 1", "", "f g"),
    ("import a.b, c as d\nfrom e import f as g, h", "", "a d g h"),
    ("from m import *", "", ""),
    ("del x", "x", ""),
    ("x = 1\ndel x\nx", "x", "x"),
    ("await f(x)", "f x", ""),
    ("async for i in g(): print(i)", "g print", "i"),
    ("%time f(x)\ny = 1", "", "y"),
    ("files = !ls\nn = len(files)", "len", "files n"),
    ("x?\ny = 1", "", "y"),
    ("z = (5\n     % 3)\ny = x %2", "x", "z y"),
    ("f'{x} {y!r:{w}}'", "x y w", ""),
    ("print(x)", "print x", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("code", "reads", "writes"), CASES, ids=[case[0] for case in CASES])
def test_reads_and_writes(code: str, reads: str, writes: str) -> None:
    names = names_of(code)
    assert not names.opaque
    assert (names.reads, names.writes) == (set(reads.split()), set(writes.split()))


@pytest.mark.parametrize(
    ("code", "deferred"),
    [
        ("def f(): return a + b()", "a b"),
        ("a = 1\ndef f(): return a", ""),
        ("class A:\n    def m(self): return self.x + y", "y"),
        ("f = lambda: z", "z"),
        ("def f():\n    x = 1\n    return [x + k for _ in n]", "k n"),
        ("def f():\n    def g(): return deep\n    return g", "deep"),
        ("x\ndef f(): return x", ""),
    ],
)
def test_what_only_functions_need_is_deferred(code: str, deferred: str) -> None:
    assert names_of(code).deferred == set(deferred.split())


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("xs.append(1)", "xs"),
        ("df['a'] = 1", "df"),
        ("df.loc[1, 2].x = 1", "df"),
        ("a.b.c += 1", "a"),
        ("del d[1]", "d"),
        ("y = xs.pop()", "xs"),
        ("if d.setdefault(1, 2): pass", "d"),
        ("df.plot()", "df"),
        ("n = df.describe()", ""),
        ("xs = []\nxs.append(1)", ""),
        ("x = 1", ""),
        ("f(xs)", ""),
        ("for a.b in n: pass", "a"),
    ],
)
def test_change_without_assignment_is_a_maybe(code: str, changed: str) -> None:
    assert names_of(code).may_change == set(changed.split())


@pytest.mark.parametrize("code", ["%%bash\nls", "x = = 1", "(" * 1000, "\0", "f(", "'''"])
def test_what_cannot_be_read_is_opaque_and_never_raises(code: str) -> None:
    names = names_of(code)
    assert names.opaque
    assert not names.reads | names.writes


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_type_parameters_are_no_names_of_the_block() -> None:
    names = names_of("def f[T](x: T) -> T: ...\nclass A[K](B[K]): ...\ntype L[V] = dict[V, later]")
    assert (names.reads, names.writes) == ({"B"}, {"f", "A", "L"})


@pytest.mark.parametrize(
    "code", ["%time x", "!ls", "x = !ls", "await f()", "%%html\n<p>", "obj??", "?obj", "async with a: pass"]
)
def test_ipython_is_told_from_python_that_is_wrong(code: str) -> None:
    assert is_ipython(code)
    assert not is_ipython(code + "\nx = = 1") or code.startswith("%%")

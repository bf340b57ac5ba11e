"""Imports of generated Python: what goes, what stays, and in which order."""

from __future__ import annotations

import ast
import sysconfig
import time
from pathlib import Path

import pytest

from moonleap.bundled.default_pkg.clean_up_py_imports.transform import (
    post_process_clean_up_py_imports,
    process_clean_up_py_imports,
)


def clean(text: str, template: str = "a.py.j2") -> str:
    """Both steps, with nothing between them."""
    lines = process_clean_up_py_imports(text.split("\n"), template)
    return "\n".join(post_process_clean_up_py_imports(lines, template))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("import os\nimport os\nos\n", "import os\nos\n"),
        ("import os\n\n\nx = 1\n", "x = 1\n"),
        ("x = 1\n\nimport os\n", "x = 1\n"),
        ("import os\n", ""),
        ("import os, sys\nsys\n", "import sys\nsys\n"),
        ("from a import b, c\nfrom a import c, d\nb, c, d\n", "from a import b, c, d\nb, c, d\n"),
        (
            "from . import b\nfrom ..x import c\nimport zlib\nimport yaml\nb, c, zlib, yaml\n",
            "import zlib\n\nimport yaml\n\nfrom ..x import c\nfrom . import b\nb, c, zlib, yaml\n",
        ),
        ("from os import path\nimport sys\npath, sys\n", "import sys\nfrom os import path\npath, sys\n"),
        ("import a.b\nimport a.c\nimport a.b\na.b.x, a.c.y\n", "import a.b\nimport a.c\na.b.x, a.c.y\n"),
        ("from a import f, C, MAX\nf, C, MAX\n", "from a import MAX, C, f\nf, C, MAX\n"),
        ("from a import b as c, d\nc, d\n", "from a import d\nfrom a import b as c\nc, d\n"),
        ("from a import (\n    b,\n    c,\n)\nc\n", "from a import c\nc\n"),
        ("import b\nx = b\nimport c\nimport b\nc\n", "import b\nx = b\nimport c\nc\n"),
        ('"""Docs."""\n\nimport b\nimport a\n\na, b\n', '"""Docs."""\n\nimport a\nimport b\n\na, b\n'),
    ],
)
def test_what_is_there_twice_or_unused_goes_and_the_rest_is_sorted(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "use",
    [
        "x = 'os.path'",
        "# os.path",
        '"""os"""',
        "x = {'os': 1}",
        "x.os = 1",
        "f(os=1)",
        "x: Literal['os'] = y",
        "def f(a: Literal['os']): ...",
        "from b import c as os2\nos2",
    ],
)
def test_a_word_in_a_text_or_comment_is_no_use(use: str) -> None:
    assert "import os\n" not in clean(f"import os\n{use}\n")


@pytest.mark.parametrize(
    "use",
    [
        "def f(a: 'os.PathLike'): ...",
        "def f() -> 'list[os.PathLike]': ...",
        "x: 'Optional[os.PathLike]' = None",
        "x: Optional['os.PathLike'] = None",
        "X = Optional['os.PathLike']",
        "x = cast('os.PathLike', y)",
        "x: 'os.PathLike | None'",
        "x: TypeAlias = 'os.PathLike'",
        "x = y  # type: os.PathLike",
        "__all__ = ['os']",
        "__all__ = ('a', 'os')",
        "__all__: list[str] = ['os']",
        "__all__ += ['os']",
        "__all__.append('os')",
        "x = f'{os.sep}'",
        "del os",
        "def f():\n    global os\n    os = 1",
        "@os.x\nclass A: ...",
        "x = globals()",
        "x = eval(y)",
        "if TYPE_CHECKING:\n    import os",
        "try:\n    import os\nexcept ImportError:\n    os = None",
    ],
)
def test_uses_that_are_easily_missed(use: str) -> None:
    assert clean(f"import os\n{use}\n") == f"import os\n{use}\n"


@pytest.mark.parametrize(
    "text",
    [
        "from __future__ import annotations\n",
        "from a import *\nfrom b import *\n",
        "from a import b as b\n",
        "import a as a\n",
        "import b  # noqa: F401\n",
        "from z import (\n    b,  # why\n)\n",
        "import b; import a\n",
        "from a import x\nfrom b import x\nfrom a import x\nx\n",
        "from a import *\nimport c\nfrom b import *\nimport c\nc\n",
        "import a\na = 1\nimport a\na\n",
        "if True:\n    import b\n    import a\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import b\n    import a\n",
        "def f():\n    import b\n    import a\n",
    ],
)
def test_what_has_a_meaning_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "import os\nimport os\nx = (\n",
        "import os;\nclass A { }\n",
        "import os\nx = '\0'\n",
        "import os\n\fimport sys\n",
        "import b\rimport a\n",
        "import os\n" + "(" * 5000 + ")" * 5000 + "\n",
    ],
)
def test_what_is_no_plain_python_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("template", ["a/__init__.py.j2", "a.pyi.j2"])
def test_packages_and_stubs_export_what_they_import(template: str) -> None:
    text = "from b import c\nfrom a import d\nfrom b import c\n"
    assert clean(text, template) == "from a import d\nfrom b import c\n"


def test_other_files_are_cleaned_between_marks_only() -> None:
    assert clean("import os\nimport os\n", "a.txt.j2") == "import os\nimport os\n"
    marked = "{% clean_up_py_imports %}\nimport os\nimport os\nos\n"
    assert clean(marked, "a.txt.j2") == "import os\nos\n"


def test_marks_gather_imports_at_the_first_one() -> None:
    text = (
        "import top\n\n  {%- clean_up_py_imports -%}\n"
        "from __future__ import annotations\nimport b\nx = 1\nimport a\nfrom b import y\n\nz = a\n"
        "import b\nb\n{% end_clean_up_py_imports %}\nimport late\nlate, y\n"
    )
    assert clean(text) == (
        "import top\n\n"
        "from __future__ import annotations\n\nimport a\nimport b\nfrom b import y\nx = 1\n\nz = a\n"
        "b\nimport late\nlate, y\n"
    )
    assert "{%" not in clean("x = (\n{% clean_up_py_imports %}\n{% end_clean_up_py_imports %}\n")


def test_long_statements_are_broken() -> None:
    names = [f"a_rather_long_name_{i}" for i in range(5)]
    cleaned = clean(f"from m import {', '.join(reversed(names))}\n{', '.join(names)}\n")
    assert cleaned.startswith("from m import (\n    a_rather_long_name_0,\n")
    assert max(map(len, cleaned.splitlines()[:7])) < 40


@pytest.mark.parametrize(
    "name", ["argparse", "asyncio/base_events", "dataclasses", "inspect", "typing", "pdb"]
)
def test_real_modules_keep_their_code(name: str) -> None:
    text = (Path(sysconfig.get_path("stdlib")) / f"{name}.py").read_text(encoding="utf-8")
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    imports = (ast.Import, ast.ImportFrom)
    rest = [ast.dump(n) for n in ast.parse(text).body if not isinstance(n, imports)]
    assert [ast.dump(n) for n in ast.parse(cleaned).body if not isinstance(n, imports)] == rest
    compile(cleaned, name, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("line", ["import a.m{}", "from a import m{}", "from m{} import a", "import a"])
def test_time_grows_with_the_text(line: str) -> None:
    text = "".join(f"{line.format(i)}\n" for i in range(20_000)) + "a\n"
    start = time.process_time()
    clean(text)
    assert time.process_time() - start < 20

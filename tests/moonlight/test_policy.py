"""Policies: which unlabelled fences are Python."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given

from moonlight import parse
from moonlight.policy import looks_like_python
from tests import strategies

PYTHON = (
    *("def f(x):\n    return x\n", "class A:\n    pass\n", "import os\n", "from a import b\n", "x = 2 + 2\n"),
    *(
        "for i in x:\n    print(i)\n",
        "# remark\nprint('x')\n",
        "@cache\ndef f(): ...\n",
        "async def f():\n    pass\n",
    ),
    *("with open(p) as f:\n    f.read()\n", "x += 1\n", "try:\n    f()\nexcept E:\n    g()\n", "app.run()\n"),
)
OTHERS = (
    *(
        "",
        "\n\n",
        "# only a remark\n",
        "console.log(x)\n",
        "<div>\n",
        "var x = 1;\n",
        "let x = 1\n",
        "$ pip install x\n",
    ),
    *(
        "pip install moonlight\n",
        "git clone a\n",
        "SELECT a FROM b\n",
        "#include <a.h>\n",
        ">>> x = 1\n",
        "{\n}\n",
    ),
    *(
        "Steps:\n  one\n",
        "function f() {\n}\n",
        "x => {\n}\n",
        "key: value\nother: 3\n",
        "Some text.\n",
        "a/b/c.py\n",
    ),
    *(
        "int main() {\n}\n",
        "def f(:\n",
        "print 'x'\n",
        'Traceback (most recent call last):\n  File "x"\n',
        "x\x00 = 1\n",
    ),
)


@pytest.mark.parametrize("code", PYTHON)
def test_typical_python_is_python(code: str) -> None:
    assert looks_like_python(code)


@pytest.mark.parametrize("code", OTHERS)
def test_other_text_is_not_python(code: str) -> None:
    assert not looks_like_python(code)


def test_deep_nesting_is_not_python_and_no_error() -> None:
    assert not looks_like_python("x = " + "(" * 5000 + ")" * 5000)


@given(strategies.SOURCES)
def test_any_text_is_judged_without_a_warning(code: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert looks_like_python(code) in (True, False)


def test_unlabelled_fence_is_prose_when_strict() -> None:
    assert not parse("```\nx = 1\n```\n").code_blocks


def test_unlabelled_python_is_a_block_when_lenient() -> None:
    (block,) = parse("```\nx = 1\n```\n\n```\nls -l\n```\n", policy="lenient").code_blocks
    assert (block.lang, block.info, block.index) == ("python", "", 1)


def test_labelled_fences_are_judged_by_their_label_under_both() -> None:
    text = "```js\nx = 1\n```\n```python\nnot python\n```\n"
    assert [len(parse(text, policy=policy).code_blocks) for policy in ("strict", "lenient")] == [1, 1]


def test_front_matter_chooses_the_policy_and_the_caller_overrules_it() -> None:
    text = "---\nmoonlight: {policy: lenient}\n---\n```\nx = 1\n```\n"
    assert parse(text).policy == "lenient"
    assert parse(text, policy="strict").policy == "strict"
    assert parse("x").policy == "strict"

"""Which unlabelled fences are Python: the policies ``strict`` and ``lenient`` of the seed."""

from __future__ import annotations

import re
import warnings
from typing import Literal

Policy = Literal["strict", "lenient"]

POLICIES: tuple[Policy, ...] = ("strict", "lenient")

_PYTHON_LINE = re.compile(
    r"""^[ \t]*(?:
        (?:async[ ]+)?def[ ]+\w+[ ]*\( | class[ ]+\w+[ ]*[(:] | import[ ]+\w[\w., ]*(?:\Z|\#|[ ]as[ ])
      | from[ ]+[\w.]+[ ]+import[ ] | @\w[\w.]*(?:\(|\Z)
      | (?:if|elif|for|while|with|except)\b.*:[ \t]*(?:\#.*)?\Z
      | (?:else|try|finally)[ ]*:[ \t]*(?:\#.*)?\Z | return\b | raise\b | assert[ ] | yield\b
      | print\(.*\)[ \t]*\Z | \w[\w., ]*[ ]*(?:[-+*/%|&^]|//|\*\*)?=[ ]*[^=>\s]
      | [\w.]+\(.*\)[ \t]*(?:\#.*)?\Z
    )""",
    re.X | re.M,
)
_OTHER = re.compile(
    r"""^[ \t]*(?:
        [$%>#]?[ ]?(?:sudo|apt|apt-get|pip3?|npm|npx|git|cd|ls|curl|docker|conda|make|python3?|uv)[ ]+[\w./-]
      | \$[ ] | >>>[ ] | In[ ]\[\d+\]: | <[!/?a-zA-Z][^>]*> | \#include\b | \#! | //
      | (?:var|let|const)[ ]+\w | function\b
      | (?:public|private|static|void|int|char|double|fn|func|package)[ ]+\w
      | (?:SELECT|INSERT|UPDATE|DELETE|CREATE)[ ] | [{}][ \t]*;?[ \t]*\Z | Traceback[ ]\(most | File[ ]"
    ) | console\.log | ;[ \t]*$ | \)[ ]*\{[ \t]*$ | =>[ ]*[{(] """,
    re.X | re.M,
)


def looks_like_python(code: str) -> bool:
    """Whether an unlabelled fence is Python under the ``lenient`` policy.

    The seed's heuristics: typical Python syntax in it and nothing that is typical of another language;
    beyond the seed, the whole must parse as Python, so that prose with a colon in it does not run.
    """
    lines = [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines or _OTHER.search(code):
        return False
    if not any(_PYTHON_LINE.match(line) for line in lines):
        return False
    return _parses(code)


def _parses(code: str) -> bool:
    """Whether the text is Python; nothing is generated or run, and no warning of the parser shows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(code, "<lenient>", "exec", flags=_ONLY_AST, dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
    return True


_ONLY_AST = 0x400
"""`ast.PyCF_ONLY_AST` without the import of ast."""

"""Jupyter's own tests of a kernel."""

# ruff: noqa: RUF012 - the suite declares these as instance variables

from __future__ import annotations

import jupyter_kernel_test
import pytest

pytestmark = [
    pytest.mark.slow,
    # The suite leaves sockets of its clients to the garbage collector.
    pytest.mark.filterwarnings("default"),
]


class TestMoonKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "moon"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples = [
        {"text": "zi", "matches": {"zip"}},
        {"text": "%moon tra", "matches": {"trace"}},
    ]
    complete_code_samples = ["1", "print('x')", "def f(x):\n  return x\n\n"]
    incomplete_code_samples = ["print('''hello", "def f(x):\n  x*2"]
    invalid_code_samples = ["import = 7q"]
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "[n*n for n in range(1, 4)]", "result": "[1, 4, 9]"},
    ]
    code_display_data = [
        {
            "code": "from IPython.display import HTML, display; display(HTML('<b>x</b>'))",
            "mime": "text/html",
        },
        {
            "code": "from IPython.display import Math, display; display(Math('x'))",
            "mime": "text/latex",
        },
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")  # type: ignore[assignment]
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"

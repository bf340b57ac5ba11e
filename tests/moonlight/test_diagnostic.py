"""Diagnostics: one formatter, one JSON shape."""

from __future__ import annotations

from moonlight import Diagnostic, MoonlightError, Span

SPAN = Span("intro.py.md", 42, 43, 5)


def test_diagnostic_reads_path_line_severity_message() -> None:
    assert Diagnostic("c", "it is odd", SPAN).format() == "intro.py.md:42: error: it is odd"


def test_remedy_stands_on_a_line_of_its_own() -> None:
    shown = Diagnostic("c", "it is odd", SPAN, "mend it", "warning").format()
    assert shown == "intro.py.md:42: warning: it is odd\nhint: mend it"


def test_colour_is_asked_for() -> None:
    diagnostic = Diagnostic("c", "it is odd", SPAN)
    assert "\x1b[31merror\x1b[0m" in diagnostic.format(colour=True)
    assert "\x1b" not in diagnostic.format()


def test_json_has_the_keys_of_the_contract() -> None:
    assert Diagnostic("c", "m", SPAN, "h", "info").to_json() == {
        "code": "c",
        "message": "m",
        "severity": "info",
        "path": "intro.py.md",
        "line": 42,
        "end_line": 43,
        "column": 5,
        "hint": "h",
    }


def test_error_says_what_its_diagnostic_says() -> None:
    error = MoonlightError(Diagnostic("c", "it is odd", SPAN))
    assert str(error) == "intro.py.md:42: error: it is odd"
    assert error.code == "c"

"""Analysis of a component's callables: where each can run, and the JavaScript of those that can run there.

The store knows what may be in every object; bodies follow the flow of one function; one handler per class of
`ast` node compiles it or refuses (`Unprovable`), and what is refused stays on the server.
"""

from __future__ import annotations

from moon_spa.analysis.expressions import compile_expression, strict_call
from moon_spa.analysis.placement import Analysis, analyse, examine
from moon_spa.analysis.unprovable import Unprovable

__all__ = ["Analysis", "Unprovable", "analyse", "compile_expression", "examine", "strict_call"]

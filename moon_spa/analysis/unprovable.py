"""The one way out of the analysis: a construct whose JavaScript is not proven equal to Python."""

from __future__ import annotations


class Unprovable(Exception):
    """`construct` (in words a user understands) at `line` keeps its action on the server.

    `returned` is the type of a value that the action returns, where that is an error.
    """

    def __init__(self, construct: str, line: int, returned: str = "") -> None:
        super().__init__(f"{construct} at line {line}")
        self.construct = construct
        self.line = line
        self.returned = returned


class Clash(Exception):
    """Two types have no common representation in JavaScript; becomes an Unprovable where it is met."""

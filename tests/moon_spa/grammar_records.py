"""Records of ints and floats, and lists of tuples, in random programs; see `grammar` for the holes."""

from __future__ import annotations

from tests.moon_spa.grammar_forms import Form, form

RECORDS: dict[str, tuple[Form, ...]] = {
    "priced": (
        form("priced", "[{'p': «float», 'q': «int»}]"),
        form("priced-update", "[{**«x», 'q': «int»} for «x» in «priced!»]", x="prow"),
        form("priced-sorted", "sorted(«priced», key=lambda «x»: «x»['p'])", x="prow"),
        form("priced+", "(«priced» + «priced»)"),
    ),
    "entries": (
        form("entries", "[(«key», «int»)]"),
        form("entries-items", "list(«table».items())"),
        form("entries-sorted", "sorted(«table».items())"),
        form("entries-zip", "list(zip(«words», «ints»))"),
        form("entries-comprehension", "[(«x», «int») for «x» in «words!»]", x="str"),
        form("entries+", "(«entries» + «entries»)"),
    ),
    "prow": (),
}

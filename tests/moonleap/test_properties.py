"""Properties that hold for every text: reading never raises, the same input gives the same graph."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from moonleap.blocks import SpecBlock, read_blocks
from moonleap.describing import Describer
from moonleap.findings import SpecError
from moonleap.graph import build_graph
from moonleap.specfile import read_spec_text
from moonleap.terms import Term
from tests.moonleap.specs import write
from tests.strategies import texts

WORDS = st.sampled_from(
    (
        *("a:b", "c:d", "n+a:b", "a:x", "x:b", ":it", ":It", ":b", "and", "the", "goal::", "Then:", "e.g."),
        *(
            "/has",
            "/uses",
            "(a:b",
            "c:d)",
            "((",
            "))",
            "(",
            ")",
            "a:b.",
            "end!",
            "*a:b*",
            "`c:d`",
            "https://x.y",
        ),
        *("{s}", "[a:b](one.md)", "<!--", "-->", "::", ":", "/", "+:", "x+x:x", "\u2028", "é:ü"),
    )
)
LINES = st.lists(WORDS, max_size=7).map(" ".join)
SPECS = st.lists(
    st.builds(
        "{}{}".format, st.sampled_from(("", "", "# ", "## ", "### ", "- ", "> ", "    ", "```")), LINES
    ),
    max_size=14,
).map("\n".join)
FILES = {
    "one.md": "The a:b /has c:d.\n\n# More of c:d\n",
    "settings.yml": "packages_by_scope: {one: [], s: []}",
}


@given(texts() | SPECS | st.text())
def test_reading_never_raises_on_any_text(text: str) -> None:
    spec = read_spec_text(text, "spec.md")
    blocks, _ = read_blocks(spec)
    assert len(blocks) == len(spec.sections)
    spec.expanded()


@given(SPECS)
def test_same_input_same_graph(text: str) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), {**FILES, "spec.md": "# T\n" + text})
        first, second = (build_graph(folder) for _ in range(2))
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())
    assert first.to_text() == second.to_text()


@given(SPECS)
def test_describing_block_is_found_as_the_seed_defines_it(text: str) -> None:
    blocks, _ = read_blocks(read_spec_text("# T\n" + text, "spec.md"))
    describer = Describer(blocks)
    for block in blocks:
        for term in (*block.title_terms, *block.body_terms):
            if not term.is_wildcard:
                try:
                    found: SpecBlock | None = describer.describing(block, term)
                except SpecError:
                    found = None
                assert found is plainly(blocks, block, term)


def plainly(blocks: list[SpecBlock], block: SpecBlock, term: Term) -> SpecBlock | None:
    """The rules of the seed, with all pairs of blocks; None for its error."""
    literal = [b for b in blocks if competes(b, block) and term in b.title_terms]
    if literal:
        return literal[0] if len(literal) == 1 else None
    wild = [
        b
        for b in blocks
        if competes(b, block)
        and term in b.body_terms
        and any(w.is_wildcard and w.covers(term) for w in b.title_terms)
    ]
    if wild:
        return wild[0] if all(b is wild[0] or wild[0] in ancestors(b) for b in wild) else None
    higher = [b for b in ancestors(block) if b.mentions(term)]
    return plainly(blocks, higher[-1], term) if higher else block


def ancestors(block: SpecBlock) -> list[SpecBlock]:
    return [block.parent, *ancestors(block.parent)] if block.parent else []


def competes(other: SpecBlock, block: SpecBlock) -> bool:
    above = ancestors(block)
    return other is block or block in ancestors(other) or other in above or other.parent in [*above]

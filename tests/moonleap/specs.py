"""Specs for tests: written into a folder, read from case files, and what their graphs say in short."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from moonleap.graph import Graph, build_graph
from moonleap.resource import block_of, term_of
from moonlight import parse

CASES = Path(__file__).parent / "cases"
SETTINGS = "packages_by_scope:\n  default: [rules]\n"
IMPORTS = """\
from dataclasses import dataclass
import moonleap.resource.props as P
from moonleap import *
from moonleap.verbs import has, uses, shows
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def case_files(path: Path) -> dict[str, str]:
    """The files that the fences of a case file hold."""
    document = parse(path.read_text(encoding="utf-8"), str(path))
    return {str(b.options["file"]): b.text for b in document.fences if "file" in b.options}


def seed_case(folder: Path, number: int) -> Graph:
    """Graph of one of the seed's cases."""
    return build_graph(str(write(folder, case_files(CASES / f"case-{number}.md"))))


def graph_of(
    folder: Path, spec: str, rules: str = "", files: Mapping[str, str] | None = None, strict: bool = False
) -> Graph:
    """Graph of a spec and, where there are rules, of one module of them in the default scope."""
    wanted = {"spec.md": spec, **({"rules.py": IMPORTS + rules, "settings.yml": SETTINGS} if rules else {})}
    return build_graph(str(write(folder, {**wanted, **(files or {})})), strict=strict)


def described(graph: Graph) -> set[tuple[str, str]]:
    """Pairs of a resource's term and the title of the block that describes it."""
    return {(str(term_of(resource)), block_of(resource).title) for resource in graph.resources}


def terms(graph: Graph) -> list[str]:
    """Terms of the resources, in order."""
    return [str(term_of(resource)) for resource in graph.resources]


def relations(graph: Graph) -> list[str]:
    """Relations as `a:b /verb c:d`, in order."""
    return [str(relation) for relation in graph.relations]


def codes(graph: Graph, *severities: str) -> list[str]:
    """Codes of the diagnostics, errors and warnings unless said otherwise; general advice is left out."""
    wanted = severities or ("error", "warning")
    general = ("no-rules", "unrelated-term", "unused-relation")
    return [d.code for d in graph.diagnostics if d.severity in wanted and d.code not in general]


def errors(graph: Graph) -> list[str]:
    """Codes of the errors."""
    return [found.code for found in graph.diagnostics if found.severity == "error"]

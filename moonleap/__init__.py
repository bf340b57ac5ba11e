"""Moonleap: a spec in annotated natural language becomes resources, relations and, by rules, files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moonleap.blocks import SpecBlock
    from moonleap.decorators import create, create_forward, extend, rule
    from moonleap.findings import SpecError
    from moonleap.generation import Generation, generate
    from moonleap.graph import Graph, build_graph
    from moonleap.names import (
        camel_to_kebab,
        camel_to_snake,
        kebab_to_camel,
        kebab_to_pascal,
        kebab_to_snake,
        lower_first,
        plural,
        singular,
        snake_to_camel,
        snake_to_kebab,
        upper_first,
    )
    from moonleap.outputfile import OutputFile
    from moonleap.resource import MemFun, Prop, Relation, Resource, block_of, term_of
    from moonleap.resource.props import PropError
    from moonleap.templates import StoreTemplateDirs, TemplateText, render_templates
    from moonleap.terms import Term

_PARTS = {
    **dict.fromkeys(("SpecBlock",), "blocks"),
    **dict.fromkeys(("create", "create_forward", "extend", "rule"), "decorators"),
    **dict.fromkeys(("SpecError",), "findings"),
    **dict.fromkeys(("Generation", "generate"), "generation"),
    **dict.fromkeys(("Graph", "build_graph"), "graph"),
    **dict.fromkeys(("camel_to_kebab", "camel_to_snake", "kebab_to_camel", "kebab_to_pascal"), "names"),
    **dict.fromkeys(("kebab_to_snake", "lower_first", "plural", "singular"), "names"),
    **dict.fromkeys(("snake_to_camel", "snake_to_kebab", "upper_first"), "names"),
    **dict.fromkeys(("OutputFile",), "outputfile"),
    **dict.fromkeys(("MemFun", "Prop", "Relation", "Resource", "block_of", "term_of"), "resource"),
    **dict.fromkeys(("PropError",), "resource.props"),
    **dict.fromkeys(("StoreTemplateDirs", "TemplateText", "render_templates"), "templates"),
    **dict.fromkeys(("Term",), "terms"),
}

__all__ = [
    "Generation",
    "Graph",
    "MemFun",
    "OutputFile",
    "Prop",
    "PropError",
    "Relation",
    "Resource",
    "SpecBlock",
    "SpecError",
    "StoreTemplateDirs",
    "TemplateText",
    "Term",
    "block_of",
    "build_graph",
    "camel_to_kebab",
    "camel_to_snake",
    "create",
    "create_forward",
    "extend",
    "generate",
    "kebab_to_camel",
    "kebab_to_pascal",
    "kebab_to_snake",
    "lower_first",
    "plural",
    "render_templates",
    "rule",
    "singular",
    "snake_to_camel",
    "snake_to_kebab",
    "term_of",
    "upper_first",
]


def __getattr__(name: str) -> Any:
    """Parts are loaded when they are used."""
    if name not in _PARTS:
        raise AttributeError(f"module 'moonleap' has no attribute {name!r}")
    value = getattr(import_module(f"moonleap.{_PARTS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

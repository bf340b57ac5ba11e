"""Explains a graph: which lines, sections, rules and templates made a resource or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moonleap.blocks import SpecBlock
from moonleap.decorators import name_of, place_of
from moonleap.describing import Describer
from moonleap.findings import SpecError, refusal
from moonleap.graph import Graph
from moonleap.resource import MemFun, Node, Prop, Relation, Resource, node_of
from moonleap.resource.props import RelatedProp, TreeProp
from moonleap.terms import Place, Term, shown, split_term
from moonlight.hints import did_you_mean

if TYPE_CHECKING:
    from moonleap.outputfile import OutputFile, Source


@dataclass(frozen=True, slots=True)
class Step:
    """A relation, and the rule that returned it, "" where a line of the spec states it."""

    relation: str
    rule: str
    place: Place


@dataclass(frozen=True, slots=True)
class Property:
    """A member that an extension added; `found` are the related resources it reads."""

    name: str
    kind: str
    extension: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and where it is defined; `given` are the terms it was called with."""

    name: str
    place: Place
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A section that means the resource by its term."""

    block: str
    place: Place


@dataclass(frozen=True, slots=True)
class ResourceStory:
    """How a resource came to be and what was made of it.

    Of each chain in `relations` the first step is the relation, the last one is stated in the spec;
    `origin` is such a chain for a resource that no sentence names.
    """

    term: str
    kind: str
    block: str
    block_place: Place
    reason: str
    place: Place
    scopes: tuple[str, ...]
    creation: Rule | None
    origin: tuple[Step, ...]
    mentions: tuple[Mention, ...]
    relations: tuple[tuple[Step, ...], ...]
    rules: tuple[Rule, ...]
    properties: tuple[Property, ...]
    files: tuple[FileStory, ...]


@dataclass(frozen=True, slots=True)
class FileStory:
    """What a file is made of, what happens to it then, and how it stands in the output folder."""

    path: str
    sources: tuple[Source, ...]
    post_processors: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a file's story needs beside the file: processors by path, states in an output folder."""

    files: Sequence[OutputFile] = ()
    post_processors: Mapping[str, tuple[str, ...]] | None = None
    statuses: Mapping[str, str] | None = None


def explain(graph: Graph, name: str, context: Context | None = None) -> list[ResourceStory | FileStory]:
    """The stories of a term's resources, or of a file and the resources it is made of.

    Raises SpecError ``unknown-name`` where neither has the name.
    """
    context = context or Context()
    wanted = name.removeprefix("./").replace("\\", "/")
    file = next((file for file in context.files if file.path == wanted), None)
    if file is not None:
        terms = set(map(_source_key, file.sources))
        makers = [r for r in graph.resources if _key(node_of(r)) in terms]
        return [_file(file, context), *_stories(graph, makers, context)]
    found = graph.find(name)
    if found:
        return list(_stories(graph, found, context))
    raise unknown(graph, name, context)


def unknown(graph: Graph, name: str, context: Context) -> SpecError:
    """The error about a name that is neither a term nor a file, with the closest one that is."""
    terms = [str(node_of(resource).term) for resource in graph.resources]
    place = graph.blocks[0].place if graph.blocks else Place("spec.md", 1)
    term = split_term(name)
    wildcards = [b for b in graph.blocks for t in b.title_terms if t.is_wildcard and t == term]
    if wildcards:
        message = f"`{name}` is a wildcard: it stands for others and is no resource"
        return refusal("unknown-name", message, wildcards[0].place, "ask for a term that it matches")
    otherwise = "`moonleap graph` shows all terms"
    hint = did_you_mean(name, [*terms, *(file.path for file in context.files)], otherwise)
    return refusal("unknown-name", f"there is no term and no file `{name}`", place, hint)


def chain_of(relation: Relation) -> tuple[Step, ...]:
    """The relation, the one whose rule returned it, and so on to what the spec states."""
    steps = []
    step: Relation | None = relation
    while step is not None:
        origin = step.origin
        place = origin.rule_place if origin.rule and origin.rule_place else origin.place
        steps.append(Step(str(step), origin.rule, place))
        step = origin.cause
    return tuple(steps)


def _key(node: Node) -> tuple[str, str, Place]:
    return str(node.term), node.block.title, node.place


def _source_key(source: Source) -> tuple[str, str, Place]:
    return source.term, source.block, source.place


def _stories(graph: Graph, resources: Sequence[Resource], context: Context) -> Iterator[ResourceStory]:
    describer = Describer(graph.blocks)
    for resource in resources:
        yield _story(graph, describer, resource, context)


def _story(graph: Graph, describer: Describer, resource: Resource, context: Context) -> ResourceStory:
    node = node_of(resource)
    maker = node.maker
    return ResourceStory(
        str(node.term),
        type(resource).__name__,
        node.block.title,
        node.block.place,
        reason(node.block, node.term, node.origin is not None),
        node.place,
        node.block.scopes,
        Rule(name_of(maker), place_of(maker)) if maker is not None else None,
        _origin(node),
        tuple(_mentions(graph.blocks, describer, node)),
        tuple(chain_of(relation) for relation in dict.fromkeys((*node.outgoing, *node.incoming))),
        tuple(_rules(graph, resource)),
        tuple(_properties(resource)),
        tuple(_file(file, context) for file in context.files if _key(node) in map(_source_key, file.sources)),
    )


def reason(block: SpecBlock, term: Term, made_by_rule: bool = False) -> str:
    """Why a section describes a term, in the words of the seed's two rules."""
    if term in block.title_terms:
        return "its title has the term (rule 1)"
    wildcard = next((t for t in block.title_terms if t.is_wildcard and t.covers(term)), None)
    if wildcard is not None and term in block.body_terms:
        return f"its title has the wildcard {wildcard}, its text the term (rule 1)"
    if block.mentions(term):
        return "no title has the term; of the sections that mention it this is the highest (rule 2)"
    return "a rule for this section asked for it" if made_by_rule else "it is meant from here"


def _origin(node: Node) -> tuple[Step, ...]:
    """For what a rule asked for: that rule, then the relation it was called for and where that is from."""
    origin = node.origin
    if origin is None:
        return ()
    asked = Step(str(node.term), origin.rule, origin.rule_place or origin.place)
    return (asked, *(chain_of(origin.cause) if origin.cause is not None else ()))


def _mentions(blocks: Sequence[SpecBlock], describer: Describer, node: Node) -> Iterator[Mention]:
    """The other sections that mean this resource."""
    for block in blocks:
        if block is not node.block and block.mentions(node.term):
            try:
                described = describer.describing(block, node.term)
            except SpecError:  # told as a diagnostic of the graph
                continue
            if described is node.block:
                yield Mention(block.title, block.place_of(node.term))


def _rules(graph: Graph, resource: Resource) -> Iterator[Rule]:
    for fired in graph.fired:
        if fired.subject is resource or fired.object is resource:
            ends = [end for end in (fired.subject, fired.object) if end is not None]
            yield Rule(fired.rule, fired.place, tuple(str(node_of(end).term) for end in ends))


def _properties(resource: Resource) -> Iterator[Property]:
    """Members of the extensions; related resources are looked up, no code of the user runs."""
    seen: set[str] = set()
    for cls in type(resource).__mro__:
        for name, member in vars(cls).items():
            if name in seen or not isinstance(member, RelatedProp | TreeProp | Prop | MemFun):
                continue
            seen.add(name)
            where = f"{cls.__module__}.{cls.__qualname__}"
            if isinstance(member, Prop | MemFun):
                yield Property(name, "computed" if isinstance(member, Prop) else "method", where)
                continue
            reads = member.relations if isinstance(member, TreeProp) else member
            kind = "tree" if isinstance(member, TreeProp) else _kind(member)
            found = tuple(str(node_of(end).term) for end in reads.related(resource))
            yield Property(name, f"{kind} /{reads.verb[0]} {reads.pattern}", where, found)


def _kind(prop: RelatedProp) -> str:
    if prop.reverse:
        return "parents" if prop.many else "parent"
    return "children" if prop.many else "child"


def _file(file: OutputFile, context: Context) -> FileStory:
    processors = (context.post_processors or {}).get(file.path, ())
    return FileStory(file.path, file.sources, processors, (context.statuses or {}).get(file.path, ""))


def to_json(story: ResourceStory | FileStory) -> dict[str, Any]:
    """A story as one JSON object; places are ``{path, line}``."""
    what = "resource" if isinstance(story, ResourceStory) else "file"
    return {"what": what, **_plain(story)}


def _plain(value: Any) -> Any:
    if isinstance(value, Place):
        return {"path": shown(value.path), "line": value.line}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value

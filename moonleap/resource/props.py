"""Properties that lead from a resource to those it is related to: `import moonleap.resource.props as P`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moonleap.matching import Pattern, is_kind, read_pattern
from moonleap.names import singular, snake_to_kebab
from moonleap.resource import Relation, Resource, node_of
from moonleap.verbs import forms, has


class PropError(LookupError):
    """A property expects one related resource and found several, or none where one is required."""


class RelatedProp:
    """Related resources: objects of the resource's relations, or subjects where `reverse`."""

    def __init__(
        self, verb: tuple[str, ...], pattern: Pattern, reverse: bool, many: bool, required: bool
    ) -> None:
        self.verb, self.pattern = verb, pattern
        self.reverse, self.many, self.required = reverse, many, required
        self.name = "?"

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        found = self.related(instance)
        if self.many:
            return found
        what = f"{node_of(instance).term}.{self.name}"
        if len(found) > 1:
            first, second = (f"{node.term} ({node.place})" for node in map(node_of, found[:2]))
            raise PropError(f"{what} expects one {self.pattern}, there are {first} and {second}")
        if self.required and not found:
            raise PropError(f"{what} needs a relation /{self.verb[0]} with a {self.pattern}")
        return found[0] if found else None

    def related(self, resource: Resource) -> list[Resource]:
        """The resources at the other end of the relations that this property reads, each once."""
        node = node_of(resource)
        relations = node.incoming if self.reverse else node.outgoing
        ends = [r.subject if self.reverse else r.object for r in relations if self.reads(r)]
        return list({id(end): end for end in ends}.values())

    def reads(self, relation: Relation) -> bool:
        """Whether the property finds a relation of its resource."""
        end = relation.subject if self.reverse else relation.object
        return relation.verb in self.verb and matches(self.pattern, end)


def matches(pattern: Pattern, resource: Resource) -> bool:
    """Whether a resource is of the pattern's class, or its term matches."""
    if pattern.cls is not None:
        return is_kind(type(resource), pattern.cls)
    return pattern.matches(node_of(resource).term)


def child(verb: Any, pattern: Any, required: bool = False) -> RelatedProp:
    """The resource that this one is related to by the verb, None without one; arguments in either order."""
    return _related(verb, pattern, False, False, required)


def children(verb: Any, pattern: Any) -> RelatedProp:
    """The resources that this one is related to by the verb, in the order of their relations."""
    return _related(verb, pattern, False, True, False)


def parent(verb: Any, pattern: Any, required: bool = False) -> RelatedProp:
    """The resource that is related to this one by the verb, None without one; arguments in either order."""
    return _related(verb, pattern, True, False, required)


def parents(verb: Any, pattern: Any) -> RelatedProp:
    """The resources that are related to this one by the verb, in the order of their relations."""
    return _related(verb, pattern, True, True, False)


def _related(verb: Any, pattern: Any, reverse: bool, many: bool, required: bool) -> RelatedProp:
    swapped = isinstance(verb, type) or isinstance(pattern, tuple | list) or (
        isinstance(verb, str) and ":" in verb
    )  # fmt: skip
    if swapped:
        verb, pattern = pattern, verb
    return RelatedProp(forms(verb), read_pattern(pattern), reverse, many, required)


class Tree:
    """Elements of one resource, and of the trees that were added to it as sources."""

    def __init__(self, owner: Resource, prop: TreeProp) -> None:
        self.owner, self.prop = owner, prop
        self.added: list[Any] = []
        self.sources: list[Tree] = []

    def add(self, element: Any) -> None:
        """Put an element in by hand."""
        self.added.append(element)

    def add_source(self, source: Any) -> None:
        """Let the elements of another tree, or of a resource's tree of this name, flow into `merged`."""
        tree = source if isinstance(source, Tree) else getattr(source, self.prop.name, None)
        if not isinstance(tree, Tree):
            raise PropError(f"{source} has no tree `{self.prop.name}`: extend its class with P.tree")
        if not any(tree is known for known in self.sources):
            self.sources.append(tree)

    @property
    def own(self) -> list[Any]:
        """Objects of the relations that the tree reads, and what was put in by hand."""
        return [*self.prop.relations.related(self.owner), *self.added]

    @property
    def merged(self) -> list[Any]:
        """Own elements, then those of the sources breadth first; each tree and each element once."""
        trees, found = [self], {}
        for tree in trees:
            found.update({id(element): element for element in tree.own if id(element) not in found})
            trees += [s for s in tree.sources if not any(s is known for known in trees)]
        return list(found.values())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.merged)


class TreeProp:
    """A tree of each resource of the extended class."""

    def __init__(self, verb: tuple[str, ...], pattern: Pattern, name: str) -> None:
        self.relations = RelatedProp(verb, pattern, False, True, False)
        self.name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        trees = node_of(instance).trees
        if self.name not in trees:
            trees[self.name] = Tree(instance, self)
        return trees[self.name]

    def reads(self, relation: Relation) -> bool:
        """Whether the object of the relation is an element."""
        return self.relations.reads(relation)


def tree(*of: Any) -> TreeProp:
    """``tree("module_configs")``: the objects of /has :module-config; so says ``(has, "module-config")``."""
    if len(of) == 1 and isinstance(of[0], str):
        tag = singular(snake_to_kebab(of[0]))
        return TreeProp(has, read_pattern(tag), of[0])
    relations = children(*of)
    return TreeProp(relations.verb, relations.pattern, "")

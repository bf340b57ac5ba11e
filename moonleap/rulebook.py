"""Rules of one set of scopes, indexed: the creation rule of a term, the relation rules of a relation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from moonleap.decorators import CreationRule, RelationRule, name_of, place_of
from moonleap.findings import refusal
from moonleap.matching import Pattern
from moonleap.packages import Package
from moonleap.resource import Relation, Resource, term_of
from moonleap.resource.props import matches
from moonleap.terms import Place, Term

Key = tuple[str, str | None, str | None]


class Rulebook:
    """The rules of the packages of some scopes; a package that two of them name counts once."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self.packages = list({package.name: package for package in packages}.values())
        self.creations: dict[str | None, list[CreationRule]] = defaultdict(list)
        self.relations: dict[Key, list[tuple[int, RelationRule]]] = defaultdict(list)
        self.single: list[RelationRule] = []
        self.chosen: dict[Term, CreationRule | None] = {}
        for package in self.packages:
            for creation in package.creations:
                self.creations[creation.pattern.tag].append(creation)
        order = 0
        for package in self.packages:
            for rule in package.relations:
                order += 1
                self.add(order, rule)

    def add(self, order: int, rule: RelationRule) -> None:
        if rule.object is None:
            self.single.append(rule)
        else:
            for verb in dict.fromkeys(rule.verbs):
                self.relations[verb, _tag(rule.subject), _tag(rule.object)].append((order, rule))

    def creation_of(self, term: Term, place: Place) -> CreationRule | None:
        """The most specific creation rule; SpecError ``rule-tie`` where two are equally so."""
        if term not in self.chosen:
            found = [
                rule
                for tag in (term.tag, None)
                for rule in self.creations.get(tag, ())
                if rule.pattern.matches(term)
            ]
            found.sort(key=lambda rule: rule.pattern.rank, reverse=True)
            if len(found) > 1 and found[0].pattern.rank == found[1].pattern.rank:
                first, second = (
                    f"{name_of(rule.function)} ({place_of(rule.function).shown})" for rule in found[:2]
                )
                message = f"two creation rules match `{term}` equally well: {first} and {second}"
                hint = "make one pattern more specific, or drop a rule"
                raise refusal("rule-tie", message, place, hint)
            self.chosen[term] = found[0] if found else None
        return self.chosen[term]

    def rules_of(self, relation: Relation) -> list[RelationRule]:
        """All relation rules that match, in the order of packages and definitions."""
        subject, object_ = term_of(relation.subject).tag, term_of(relation.object).tag
        found = [
            entry
            for key in ((subject, object_), (subject, None), (None, object_), (None, None))
            for entry in self.relations.get((relation.verb, *key), ())
        ]
        if len(found) > 1:
            found.sort(key=lambda entry: entry[0])
        return [
            rule
            for _, rule in found
            if rule.object is not None
            and matches(rule.subject, relation.subject)
            and matches(rule.object, relation.object)
        ]

    def rules_for(self, resource: Resource) -> list[RelationRule]:
        """Rules that run once for a resource."""
        return [rule for rule in self.single if matches(rule.subject, resource)]


def _tag(pattern: Pattern) -> str | None:
    return None if pattern.cls is not None else pattern.tag

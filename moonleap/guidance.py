"""Warnings about a graph: relations that nothing uses, terms that nobody relates, tags without a rule."""

from __future__ import annotations

from collections.abc import Iterator

from moonleap.decorators import RelationRule
from moonleap.engine import Engine
from moonleap.findings import finding
from moonleap.resource import Relation, Resource, node_of
from moonleap.resource.props import RelatedProp, TreeProp
from moonleap.rulebook import Rulebook
from moonlight.diagnostic import Diagnostic, Severity
from moonlight.hints import closest, did_you_mean


def guidance(engine: Engine, strict: bool) -> Iterator[Diagnostic]:
    """What a user may want to know about a graph without errors."""
    severity: Severity = "error" if strict else "warning"
    yield from unused_relations(engine, severity)
    for resource in engine.resources:
        yield from without_rule(engine, resource, strict)
        node = node_of(resource)
        if not node.outgoing and not node.incoming:
            hint = "relate it with a verb, as in `… /has …`"
            yield finding("unrelated-term", f"nothing relates `{node.term}`", node.place, hint, "warning")


def without_rule(engine: Engine, resource: Resource, strict: bool) -> Iterator[Diagnostic]:
    """A term without a creation rule: a note where its tag looks misspelled, always told when strict."""
    node = node_of(resource)
    rules = engine.session.rules(node.block)
    if rules.creation_of(node.term, node.place) is not None:
        return
    tags = [tag for tag in rules.creations if tag is not None]
    if strict or closest(node.term.tag, tags):
        message = f"no creation rule for `{node.term}`"
        hint = did_you_mean(node.term.tag, tags, "it becomes a plain Resource")
        yield finding("no-creation-rule", message, node.place, hint, "warning" if strict else "info")


def unused_relations(engine: Engine, severity: Severity) -> Iterator[Diagnostic]:
    """Relations that no rule matches and no property of an extension reads."""
    if engine.unmatched and not any(package.relations for package in engine.session.packages.values()):
        first = engine.unmatched[0]
        message = "no package has relation rules: nothing uses the relations of this spec"
        hint = f"name packages under packages_by_scope in {engine.session.settings.path}"
        yield finding("no-rules", message, first.origin.place, hint, "warning")
        return
    for relation in engine.unmatched:
        if not (_read_by(relation, relation.subject, False) or _read_by(relation, relation.object, True)):
            hint = _similar_verb(engine.session.rules(relation.block), relation)
            message = f"no rule uses `{relation}`"
            yield finding("unused-relation", message, relation.origin.place, hint, severity)


def _read_by(relation: Relation, resource: Resource, reverse: bool) -> bool:
    """Whether a property of the resource's class finds the relation."""
    for cls in type(resource).__mro__:
        for member in vars(cls).values():
            if isinstance(member, TreeProp) and not reverse and member.reads(relation):
                return True
            if isinstance(member, RelatedProp) and member.reverse is reverse and member.reads(relation):
                return True
    return False


def _similar_verb(rules: Rulebook, relation: Relation) -> str:
    """The closest verb of a rule for the same tags, else the closest tag that a rule with this verb knows."""
    subject, object_ = node_of(relation.subject).term.tag, node_of(relation.object).term.tag
    known: list[RelationRule] = [rule for found in rules.relations.values() for _, rule in found]
    here = [
        rule
        for rule in known
        if rule.subject.tag in (None, subject) and rule.object and rule.object.tag in (None, object_)
    ]
    verb = closest(relation.verb, [verb for rule in here for verb in rule.verbs])
    if verb:
        return f"did you mean `/{verb}`?"
    same = [rule for rule in known if relation.verb in rule.verbs]
    tags = [p.tag for rule in same for p in (rule.subject, rule.object) if p and p.tag]
    for tag in (subject, object_):
        if tag not in tags and closest(tag, tags):
            return did_you_mean(tag, tags)
    return "add a rule for it, or say it without the slash"

"""From blocks to resources and relations, then rules, first in, first out, until none is left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from moonleap.blocks import SpecBlock
from moonleap.decorators import CreationRule, Forward, RelationRule, name_of, place_of
from moonleap.describing import Describer
from moonleap.findings import refusal
from moonleap.resource import Node, Origin, Relation, Resource, node_of, term_of
from moonleap.session import Session
from moonleap.terms import Place, Term
from moonleap.tracing import described

MAX_CHAIN = 100
"""How many rules may follow from one another."""
MAX_DERIVED = 200_000
"""How many relations rules may add."""
SHOWN, SHOWN_LENGTH = 4, 60
"""Steps of an endless chain that its message shows, and how much of each."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that ran, and the resources it got."""

    rule: str
    place: Place
    subject: Resource
    object: Resource | None


class Engine:
    """Resources and relations of one session, in the order in which they came to be."""

    def __init__(self, session: Session, blocks: Sequence[SpecBlock]) -> None:
        self.session = session
        self.blocks = blocks
        self.describer = Describer(blocks)
        self.resources: list[Resource] = []
        self.relations: list[Relation] = []
        self.fired: list[Fired] = []
        self.unmatched: list[Relation] = []
        self._by_key: dict[tuple[Term, int], Resource] = {}
        self._present: set[tuple[int, str, int]] = set()
        self._queue: deque[Resource | Relation] = deque()
        self._derived = 0

    def run(self) -> None:
        """Create what the spec states, then run all rules; raises SpecError at the first mistake."""
        for block in self.blocks:
            for term in (*block.title_terms, *block.body_terms):
                if not term.is_wildcard:
                    self.resource(block, term)
        for block in self.blocks:
            for stated in block.statements:
                subject = self.resource(block, stated.subject)
                object_ = self.resource(block, stated.object)
                self.relate(Relation(subject, stated.verb, object_, block, Origin(stated.place)))
        while self._queue:
            entry = self._queue.popleft()
            if isinstance(entry, Relation):
                self.fire(entry)
            else:
                self.created(entry)

    # -- resources ------------------------------------------------------------------------------------

    def resource(self, block: SpecBlock, term: Term, origin: Origin | None = None) -> Resource:
        """The resource that `block` means by `term`, created when it is not there yet."""
        describing = self.describer.describing(block, term)
        key = (term, describing.index)
        found = self._by_key.get(key)
        if found is None:
            place = describing.place_of(term) if origin is None else origin.place
            rule = self.session.rules(describing).creation_of(term, place)
            found = self._by_key[key] = self.create(rule, term, describing, place)
            found._moonleap = Node(term, describing, place, origin, rule.function if rule else None)
            self.resources.append(found)
            self._queue.append(found)
        return found

    def create(self, rule: CreationRule | None, term: Term, block: SpecBlock, place: Place) -> Resource:
        if rule is None:
            return Resource()
        args = (term, block) if rule.takes_block else (term,)
        made = self.call(rule.function, args, f"for `{term}`", place)
        if isinstance(made, Resource) and made._moonleap is None:
            return made
        what, hint = "returned an object that is no Resource", "return a new object of a Resource class"
        if made is None:
            what, hint = "returned None", "is a `return` missing?"
        elif isinstance(made, Resource):
            what = f"returned the resource of `{term_of(made)}` again"
        message = f"creation rule {name_of(rule.function)} {what} for `{term}`"
        raise refusal("no-resource", message, place, hint)

    def created(self, resource: Resource) -> None:
        node = node_of(resource)
        for rule in self.session.rules(node.block).rules_for(resource):
            self.note(rule, resource, None)
            origin = node.origin or Origin(node.place)
            result = self.call(rule.function, (resource,), f"for `{node.term}`", node.place)
            self.follow(result, rule, node.block, None, origin)

    # -- relations ------------------------------------------------------------------------------------

    def relate(self, relation: Relation) -> bool:
        """Add a relation, if it is not there yet."""
        key = (id(relation.subject), relation.verb, id(relation.object))
        if key in self._present:
            return False
        self._present.add(key)
        self.relations.append(relation)
        node_of(relation.subject).outgoing.append(relation)
        node_of(relation.object).incoming.append(relation)
        self._queue.append(relation)
        return True

    def fire(self, relation: Relation) -> None:
        rules = self.session.rules(relation.block).rules_of(relation)
        if not rules:
            self.unmatched.append(relation)
        for rule in rules:
            self.note(rule, relation.subject, relation.object)
            args = (relation.subject, relation.object)
            result = self.call(rule.function, args, f"for `{relation}`", relation.origin.place)
            self.follow(result, rule, relation.block, relation, relation.origin)

    def note(self, rule: RelationRule, subject: Resource, object_: Resource | None) -> None:
        self.fired.append(Fired(name_of(rule.function), place_of(rule.function), subject, object_))

    def follow(
        self, result: Any, rule: RelationRule, block: SpecBlock, cause: Relation | None, why: Origin
    ) -> None:
        """Add the relations that a rule returned."""
        if result is None:
            return
        forwards = [result] if isinstance(result, Forward) else result
        name = name_of(rule.function)
        if not isinstance(forwards, list | tuple) or not all(isinstance(f, Forward) for f in forwards):
            message = f"rule {name} returned {result!r:.80}, which is no list of relations"
            raise refusal("bad-return", message, why.place, "return a list of create_forward(…)")
        origin = Origin(why.place, name, cause, why.depth + 1, place_of(rule.function))
        for forward in forwards:
            subject, object_ = (self.end(end, block, origin) for end in (forward.subject, forward.object))
            relation = Relation(subject, forward.verb, object_, block, origin)
            if self.relate(relation):
                self._derived += 1
                if origin.depth > MAX_CHAIN or self._derived > MAX_DERIVED:
                    raise _endless(relation)

    def end(self, end: Term | Resource, block: SpecBlock, origin: Origin) -> Resource:
        """The resource at one end of a relation that a rule returned."""
        if isinstance(end, Term) and not end.is_wildcard:
            return self.resource(block, end, origin)
        what, hint = f"the wildcard `{end}`", "name a term; a wildcard stands for no resource"
        if isinstance(end, Resource):
            node = end._moonleap
            if node is not None and self._by_key.get((node.term, node.block.index)) is end:
                return end
            what = f"a {type(end).__name__} that is no resource of this spec"
            hint = "name it by a term: a creation rule makes the resource"
        message = f"rule {origin.rule} returned a relation with {what}"
        raise refusal("bad-return", message, origin.place, hint)

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], what: str, place: Place) -> Any:
        """Call a rule; what it raises becomes an error at the line of the spec that made it run."""
        try:
            return function(*args)
        except (Exception, SystemExit) as error:
            message = f"rule {name_of(function)}, called {what}, {described(error)}"
            raise refusal(
                "rule-raised", message, place, "correct the rule, or the line it runs for"
            ) from error


def _endless(relation: Relation) -> Exception:
    chain: list[str] = []
    step: Relation | None = relation
    while step is not None and len(chain) < SHOWN:
        said = str(step)
        chain.append(f"{said if len(said) <= SHOWN_LENGTH else said[:SHOWN_LENGTH] + '…'} ({step.origin})")
        step = step.origin.cause
    message = f"rules make relations without end: {' <- '.join(chain)} <- …"
    hint = (
        f"a chain of more than {MAX_CHAIN} rules, or more than {MAX_DERIVED} relations, is taken for endless"
    )
    return refusal("endless-rules", message, relation.origin.place, hint)

"""Sentences: words become terms and verbs, and verbs between terms become statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from moonleap.findings import finding
from moonleap.inline import without_marks
from moonleap.prose import Passage
from moonleap.terms import PUNCTUATION, Place, Term, split_term
from moonlight.diagnostic import Diagnostic

PRONOUNS = frozenset({":it", ":It", ":its", ":Its"})
"""Words that mean the first term of the sentence before."""

ABBREVIATIONS = frozenset({"e.g.", "i.e.", "etc.", "vs.", "cf.", "ca.", "resp.", "approx.", "incl.", "no."})
"""Words whose dot ends no sentence."""

MAX_STATEMENTS = 1_000_000
"""How many relations a spec may state: a thousand subjects with a thousand objects are as many."""

_WORD = re.compile(r"[()]|[^\s()]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A relation as the spec states it: terms, not yet resources."""

    subject: Term
    verb: str
    object: Term
    place: Place


@dataclass(slots=True)
class Reading:
    """What was read of a text so far; `referent` is what `:it` means in the sentence that comes next."""

    referent: Term | None = None
    terms: dict[Term, Place] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)
    room: int = MAX_STATEMENTS
    """How many statements may still come; -1 once it was told that there are too many."""


@dataclass(frozen=True, slots=True)
class _Verb:
    text: str
    line: int


@dataclass(slots=True)
class _Scan:
    """One bracket level of a sentence, from left to right."""

    opened: int
    subjects: list[Term] = field(default_factory=list)
    verb: _Verb | None = None
    collected: list[Term] = field(default_factory=list)
    first: Term | None = None
    inner: list[tuple[Term, _Verb, Term]] = field(default_factory=list)
    own: list[tuple[Term, _Verb, Term]] = field(default_factory=list)

    def add(self, term: Term) -> None:
        self.first = self.first or term
        self.collected.append(term)

    def close_verb(self) -> None:
        """The terms since the last verb are its objects, and the subjects of what follows."""
        if self.verb is not None:
            self.own += [(s, self.verb, o) for s in self.subjects for o in self.collected]
        self.subjects, self.collected, self.verb = self.collected, [], None


def texts(passages: Iterable[Passage]) -> list[list[Passage]]:
    """Passages that are read as one text: a list continues the sentence that its paragraph leaves open."""
    found: list[list[Passage]] = []
    continues = False
    for passage in passages:
        ended = not found or ends_sentence(found[-1][-1].text)
        if not passage.is_item:
            continues = True
        elif continues and not ended:
            found[-1].append(passage)
            continue
        else:
            continues = False
        found.append([passage])
    return found


def ends_sentence(text: str) -> bool:
    """Whether the last word of `text` ends a sentence."""
    words = without_marks(text).split()
    return bool(words) and _is_end(words[-1])


def read_texts(path: str, passages: Iterable[Passage], reading: Reading) -> None:
    """Read all sentences of a file's passages into `reading`."""
    for text in texts(passages):
        sentence: list[tuple[str, int]] = []
        for word, line, ends in _words(text):
            sentence.append((word, line))
            if ends:
                _Sentence(path, reading).read(sentence)
                sentence = []
        if sentence:
            _Sentence(path, reading).read(sentence)


def _words(text: Iterable[Passage]) -> Iterator[tuple[str, int, bool]]:
    """Words and brackets with their lines, and whether a sentence ends behind them."""
    for passage in text:
        for number, line in enumerate(without_marks(passage.text).split("\n"), passage.line):
            for match in _WORD.finditer(line):
                word, end = match[0], match.end()
                yield word, number, word[-1] in ".!?" and not line[end : end + 1].strip() and _is_end(word)


def _is_end(word: str) -> bool:
    return word[-1] in ".!?" and word.lstrip(PUNCTUATION).lower() not in ABBREVIATIONS


class _Sentence:
    """Reads one sentence."""

    def __init__(self, path: str, reading: Reading) -> None:
        self.path = path
        self.reading = reading
        self.stack: list[_Scan] = []
        self.first: Term | None = None
        self.has_term = False
        self.lost = False

    def read(self, words: list[tuple[str, int]]) -> None:
        self.stack = [_Scan(words[0][1])]
        for word, line in words:
            if ":" in word or word[0] in "()" or "/" in word:
                self.word(word, line)
        while len(self.stack) > 1:
            line = self.stack[-1].opened
            self.warn("unbalanced-bracket", "this bracket is not closed in its sentence", line, "add `)`")
            self.close_group()
        (scan,) = self.stack
        self.finish(scan)
        for subject, verb, object_ in [*scan.inner, *scan.own]:
            self.state(subject, verb, object_)
        if self.has_term:
            self.reading.referent = None if self.first is None or self.first.is_wildcard else self.first

    def word(self, word: str, line: int) -> None:
        if word == "(":
            self.stack.append(_Scan(line))
        elif word == ")":
            if len(self.stack) == 1:
                self.warn(
                    "unbalanced-bracket", "this bracket closes nothing", line, "add `(` or take it away"
                )
            else:
                self.close_group()
        elif "::" not in word and "://" not in word:
            core = word.strip(PUNCTUATION)
            if core.startswith("/"):
                self.verb(core.strip("/").rstrip(":" + PUNCTUATION), line)
            elif ":" in core:
                self.term(core, line)

    def verb(self, text: str, line: int) -> None:
        if not text:
            return
        scan = self.stack[-1]
        if scan.verb is not None and not scan.collected:
            hint = "name what the first verb is about, or drop a verb"
            self.warn("two-verbs", f"no term between /{scan.verb.text} and /{text}", line, hint)
        else:
            self.close_verb(scan)
            if not scan.subjects and not self.lost:
                self.warn(
                    "dangling-verb", f"/{text} has no term before it", line, "put its subject before the verb"
                )
        scan.verb = _Verb(text, line)

    def term(self, core: str, line: int) -> None:
        text = core.removesuffix(":").rstrip(PUNCTUATION) if core.endswith(":") else core
        if text in PRONOUNS:
            self.pronoun(text, line)
            return
        term = split_term(text)
        if term is None:
            self.warn("empty-tag", f"`{core}` has no tag", line, "write `::` or move the colon")
            return
        self.add(term, line)

    def pronoun(self, word: str, line: int) -> None:
        self.has_term = True
        referent = self.reading.referent
        if referent is None:
            self.lost = True
            self.reading.findings.append(
                finding(
                    "no-referent",
                    f"`{word}` refers to nothing: the sentence before begins with no term",
                    Place(self.path, line),
                    "name the term",
                )
            )
        else:
            self.add(referent, line)

    def add(self, term: Term, line: int) -> None:
        self.has_term = True
        self.first = self.first or term
        self.stack[-1].add(term)
        self.reading.terms.setdefault(term, Place(self.path, line))

    def close_group(self) -> None:
        group = self.stack.pop()
        self.finish(group)
        outer = self.stack[-1]
        outer.inner += [*group.inner, *group.own]
        if group.first is not None:
            outer.add(group.first)

    def finish(self, scan: _Scan) -> None:
        if scan.verb is not None and scan.subjects and not scan.collected and not self.lost:
            text = scan.verb.text
            self.warn(
                "dangling-verb",
                f"/{text} has no term after it",
                scan.verb.line,
                "put its object behind the verb",
            )
        self.close_verb(scan)

    def close_verb(self, scan: _Scan) -> None:
        count = len(scan.subjects) * len(scan.collected) if scan.verb is not None else 0
        if scan.verb is not None and count > self.reading.room:
            if self.reading.room >= 0:
                message = f"with this sentence there are more than {MAX_STATEMENTS} relations"
                place = Place(self.path, scan.verb.line)
                hint = "does it end where it should?"
                self.reading.findings.append(finding("too-many-relations", message, place, hint))
            self.reading.room, scan.subjects = -1, []
        else:
            self.reading.room -= count
        scan.close_verb()

    def state(self, subject: Term, verb: _Verb, object_: Term) -> None:
        for term in (subject, object_):
            if term.is_wildcard:
                hint = "name the terms; a wildcard in a title says what its section describes"
                self.warn("wildcard-relation", f"`{term}` stands for no resource", verb.line, hint)
                return
        place = Place(self.path, verb.line)
        self.reading.statements.append(Statement(subject, verb.text, object_, place))

    def warn(self, code: str, message: str, line: int, hint: str) -> None:
        self.reading.findings.append(finding(code, message, Place(self.path, line), hint, "warning"))

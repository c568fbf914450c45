"""Attributed quotes for each code and polarity, chosen for spread over people and sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from precode.codebook import plain
from precode.domain import Kind, Polarity
from precode.report.tables.excerpts import Excerpt, Key, PreCoded
from precode.report.tables.index import Index, Person

SHORT, LONG, LONGEST = 8, 60, 150  # words; house rule: a quote fits a table cell

# How papers describe a speaker, in the order they do; the first two that a person has are used.
ATTRIBUTION = (
    "profession", "occupation", "job", "role", "service setting", "setting", "group", "sample",
    "gender", "sex", "age band", "age group", "age",
)  # fmt: skip
_NAMED = 2


@dataclass(frozen=True, slots=True)
class Quote:
    """``text`` is the source's own, but for white space and, where sentences of a long excerpt
    are left out, "[…]" at the cut. ``attribution`` comes without its brackets. ``machine`` marks
    an unverified pre-code that no person has read.
    """

    text: str
    attribution: str
    transcript_id: str
    speaker: str
    coders: tuple[str, ...]
    machine: bool
    sentence_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuoteCell:
    """``left_out`` counts excerpts too long to quote; ``excerpts`` all there are to choose from."""

    domain: str
    code: str
    label: str
    polarity: Polarity
    quotes: tuple[Quote, ...]
    excerpts: int
    left_out: int

    @property
    def remark(self) -> str:
        """How many excerpts are not quoted; empty where all are."""
        more = self.excerpts - len(self.quotes)
        if not self.excerpts:
            return "No excerpt."
        if not more:
            return ""
        noun = "more" if self.quotes else "excerpt" if more == 1 else "excerpts"
        long = f", {self.left_out:,} of them too long to quote here" if self.left_out else ""
        return f"{more:,} {noun}{long}."


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: Quote
    speaker: tuple[str, str]  # a person, or ("", source) for field notes: they speak too
    suited: bool
    support: float
    order: int


class Quoting:
    """Quotes of people's excerpts, each made once however many tables ask for it.

    ``attribution`` names the attributes to print, in order; by default the first two known ones.
    """

    def __init__(self, index: Index, attribution: Sequence[str] | None = None) -> None:
        self._index = index
        self._attribution = attribution
        self._made: dict[int, tuple[Excerpt, _Candidate | None]] = {}
        self._described: dict[Person, str] = {}

    def candidate(self, excerpt: Excerpt, *, machine: bool = False) -> _Candidate | None:
        """None where even the shortest part of the excerpt is too long for a quote."""
        found = self._made.get(id(excerpt))  # kept with it, so that no other gets its id
        if found is None:
            made = _candidate(self._index, excerpt, self._by(excerpt), machine=machine)
            found = self._made[id(excerpt)] = (excerpt, made)
        return found[1]

    def pick(
        self, excerpts: Iterable[Excerpt], each: int, quoted: Counter[tuple[str, str]]
    ) -> tuple[Quote, ...]:
        """Up to ``each`` quotes of ``excerpts``, chosen as within one cell. ``quoted`` counts people
        over the cells of a table, and is brought up to date.
        """
        pool = [c for c in map(self.candidate, excerpts) if c is not None]
        return tuple(c.quote for c in _pick(pool, each, quoted))

    def _by(self, excerpt: Excerpt) -> str:
        person = excerpt.person
        if person is None:
            speaker = self._index.turn(self._index.sentence(excerpt.sentence_ids[0])).speaker
            return attribute(self._index, excerpt, speaker)
        if person not in self._described:
            self._described[person] = attribute(self._index, excerpt, "", self._attribution)
        return self._described[person]


def choose_quotes(
    index: Index,
    human: Mapping[Key, tuple[Excerpt, ...]],
    pre: PreCoded | None,
    shown: Sequence[Polarity],
    *,
    each: int = 3,
    quoting: Quoting | None = None,
) -> tuple[QuoteCell, ...]:
    """Up to ``each`` quotes for every code and polarity, people's excerpts before the machine's.

    Within a cell nobody is quoted twice while others who spoke are not quoted yet; then passages
    of a good length, sources and people quoted least so far, and passages that several coders
    agree on come first. Pre-codes are quoted only where people coded nothing, and marked.
    """
    quoting = quoting or Quoting(index)
    quoted: Counter[tuple[str, str]] = Counter()
    cells: list[QuoteCell] = []
    for branch in index.branches:
        for code, label in branch.codes:
            for polarity in shown:
                excerpts = human.get((code, polarity), ())
                machine = not excerpts
                if machine and pre:
                    excerpts = tuple(
                        e
                        for e in pre.accepted.get((code, polarity), ())
                        if index.view.withheld.isdisjoint(e.sentence_ids)
                    )
                pool = [quoting.candidate(e, machine=machine) for e in excerpts]
                usable = [c for c in pool if c is not None]
                picked = _pick(usable, each, quoted)
                cells.append(
                    QuoteCell(
                        branch.domain, code, label, polarity, tuple(c.quote for c in picked),
                        len(excerpts), len(pool) - len(usable),
                    )
                )  # fmt: skip
    return tuple(cells)


def _pick(pool: list[_Candidate], each: int, quoted: Counter[tuple[str, str]]) -> list[_Candidate]:
    """Greedy choice; ``quoted`` counts people over the whole table and is brought up to date."""
    people: Counter[tuple[str, str]] = Counter()
    sources: Counter[str] = Counter()
    left = list(pool)
    picked: list[_Candidate] = []
    while left and len(picked) < each:
        best = min(
            left,
            key=lambda c: (
                people[c.speaker],
                not c.suited,
                sources[c.quote.transcript_id],
                quoted[c.speaker],
                -c.support,
                c.order,
            ),
        )
        left.remove(best)
        picked.append(best)
        people[best.speaker] += 1
        sources[best.quote.transcript_id] += 1
        quoted[best.speaker] += 1
    return picked


def _candidate(index: Index, excerpt: Excerpt, by: str, *, machine: bool) -> _Candidate | None:
    """None where even the shortest part of the excerpt is too long for a quote."""
    every = [index.sentence(s) for s in excerpt.sentence_ids]
    counts = [index.length(s.id) for s in every]
    first, last = _window(counts, excerpt.support)
    words = sum(counts[first:last])
    if words > LONGEST:
        return None
    sentences = every[first:last]
    whole = index.transcripts[excerpt.transcript_id].text[sentences[0].start : sentences[-1].end]
    text = " ".join(whole.split())
    text = ("[…] " if first else "") + text + (" […]" if last < len(excerpt.support) else "")
    quote = Quote(
        text=text,
        attribution=by,
        transcript_id=excerpt.transcript_id,
        speaker=index.turn(sentences[0]).speaker,
        coders=() if machine else tuple(sorted(excerpt.coders)),
        machine=machine,
        sentence_ids=tuple(s.id for s in sentences),
    )
    who = excerpt.person or ("", excerpt.transcript_id)
    support = sum(excerpt.support[first:last]) / (last - first)
    order = index.position[excerpt.sentence_ids[0]]
    return _Candidate(quote, who, SHORT <= words <= LONG, support, order)


def _window(words: Sequence[int], support: Sequence[int]) -> tuple[int, int]:
    """The sentences to quote: all, or of a long excerpt the stretch of at most ``LONG`` words that
    most coders gave, the longer the better; if no sentence is that short, the shortest one.
    """
    n = len(words)
    if sum(words) <= LONG:
        return 0, n
    best, best_score = None, (0.0, 0)
    for start in range(n):
        total = 0
        for end in range(start + 1, n + 1):
            total += words[end - 1]
            if total > LONG:
                break
            score = (sum(support[start:end]) / (end - start), total)
            if score > best_score:
                best, best_score = (start, end), score
    if best:
        return best
    shortest = words.index(min(words))
    return shortest, shortest + 1


def attribute(
    index: Index, excerpt: Excerpt, speaker: str, names: Iterable[str] | None = None
) -> str:
    """Who says it, as papers print it: "midwife, secondary care, FG1: P2".

    ``names`` are attributes in the order wanted, all printed where present; None takes the first
    two known ones, or the first two there are.
    """
    source = index.transcripts[excerpt.transcript_id]
    if excerpt.person is None:
        kind = str(Kind.FIELD_NOTES) if source.kind is Kind.FIELD_NOTES else "not a participant"
        return f"{kind}, {index.names[source.id]}" + (f": {speaker}" if speaker else "")
    return ", ".join([*described(index, excerpt.person, names), index.cited[excerpt.person]])


def described(index: Index, person: Person, names: Iterable[str] | None = None) -> list[str]:
    """The person's values of the attributes ``names``, or the first two known ones."""
    said = {plain(k): v for k, v in index.people[person].items() if v}
    if names is None:
        wanted = [n for n in ATTRIBUTION if n in said] or list(said)
        return _distinct(said[n] for n in wanted)[:_NAMED]
    return [said[plain(n)] for n in names if plain(n) in said]


def _distinct(values: Iterable[str]) -> list[str]:
    """Without values that say again what an earlier one said ("public", "public interviews")."""
    kept: dict[str, set[str]] = {}
    for value in values:
        words = set(plain(value).split())
        if not any(words <= other or other <= words for other in kept.values()):
            kept[value] = words
    return list(kept)

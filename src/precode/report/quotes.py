"""Attributed quotes for each code and polarity, chosen for spread over people and sources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from precode.codebook import plain
from precode.domain import Kind, Polarity
from precode.report.excerpts import Excerpt, Key, PreCoded
from precode.report.index import Index, count_words

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


def choose_quotes(
    index: Index,
    human: Mapping[Key, tuple[Excerpt, ...]],
    pre: PreCoded | None,
    shown: Sequence[Polarity],
    *,
    each: int = 3,
    attribution: Sequence[str] | None = None,
) -> tuple[QuoteCell, ...]:
    """Up to ``each`` quotes for every code and polarity, people's excerpts before the machine's.

    Within a cell nobody is quoted twice while others who spoke are not quoted yet; then passages
    of a good length, sources and people quoted least so far, and passages that several coders
    agree on come first. Pre-codes are quoted only where people coded nothing, and marked.
    ``attribution`` names the attributes to print, in order; by default the first two known ones.
    """
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
                pool = [
                    _candidate(index, e, i, machine=machine, attribution=attribution)
                    for i, e in enumerate(excerpts)
                ]
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


def _candidate(
    index: Index,
    excerpt: Excerpt,
    order: int,
    *,
    machine: bool,
    attribution: Sequence[str] | None,
) -> _Candidate | None:
    """None where even the shortest part of the excerpt is too long for a quote."""
    first, last = _window(index, excerpt)
    sentences = [index.sentence(s) for s in excerpt.sentence_ids[first:last]]
    whole = index.transcripts[excerpt.transcript_id].text[sentences[0].start : sentences[-1].end]
    words = count_words(whole)
    if words > LONGEST:
        return None
    text = re.sub(r"\s+", " ", whole).strip()
    text = ("[…] " if first else "") + text + (" […]" if last < len(excerpt.support) else "")
    speaker = index.turn(sentences[0]).speaker
    quote = Quote(
        text=text,
        attribution=attribute(index, excerpt, speaker, attribution),
        transcript_id=excerpt.transcript_id,
        speaker=speaker,
        coders=() if machine else tuple(sorted(excerpt.coders)),
        machine=machine,
        sentence_ids=tuple(s.id for s in sentences),
    )
    who = excerpt.person or ("", excerpt.transcript_id)
    support = sum(excerpt.support[first:last]) / (last - first)
    return _Candidate(quote, who, SHORT <= words <= LONG, support, order)


def _window(index: Index, excerpt: Excerpt) -> tuple[int, int]:
    """The sentences to quote: all, or of a long excerpt the stretch of at most ``LONG`` words that
    most coders gave, the longer the better; if no sentence is that short, the shortest one.
    """
    words = [count_words(index.sentence(s).text) for s in excerpt.sentence_ids]
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
            score = (sum(excerpt.support[start:end]) / (end - start), total)
            if score > best_score:
                best, best_score = (start, end), score
    if best:
        return best
    shortest = words.index(min(words))
    return shortest, shortest + 1


def attribute(
    index: Index, excerpt: Excerpt, speaker: str, names: Iterable[str] | None = None
) -> str:
    """Who says it, as papers print it: "midwife, secondary care, interview-clinician-02: Midwife".

    ``names`` are attributes in the order wanted, all printed where present; None takes the first
    two known ones, or the first two there are.
    """
    source = index.transcripts[excerpt.transcript_id]
    if excerpt.person is None:
        kind = str(Kind.FIELD_NOTES) if source.kind is Kind.FIELD_NOTES else "not a participant"
        return f"{kind}, {source.name}" + (f": {speaker}" if speaker else "")
    said = {plain(k): v for k, v in index.people[excerpt.person].items() if v}
    if names is None:
        wanted = [n for n in ATTRIBUTION if n in said] or list(said)
        values = _distinct(said[n] for n in wanted)[:_NAMED]
    else:
        values = [said[plain(n)] for n in names if plain(n) in said]
    return ", ".join([*values, f"{source.name}: {speaker}"])


def _distinct(values: Iterable[str]) -> list[str]:
    """Without values that say again what an earlier one said ("public", "public interviews")."""
    kept: dict[str, set[str]] = {}
    for value in values:
        words = set(plain(value).split())
        if not any(words <= other or other <= words for other in kept.values()):
            kept[value] = words
    return list(kept)

"""Definitions, evidence, transcripts, and lists to choose from by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from precode.codebook import Code, Codebook
from precode.domain import EventKind
from precode.review.effects import ShowCodes, ShowEarlier, ShowEvidence, ShowFound
from precode.review.facing import Facing, hull, within
from precode.review.source import Line
from precode.review.state import State, decided
from precode.review.tally import Progress
from precode.review.values import Done
from precode.review.wording import names
from precode.review.wording.items import spoken
from precode.review.wrap import wrap

LISTED = 20
"""Lines of a list: more are too many to listen to. All can be reached by number."""
_WORDS = 12
_WORDS_FOUND = 30


def definitions(shown: ShowCodes, book: Codebook, width: int) -> list[str]:
    """Codes in full: definition, use, do not use, boundary rules, examples."""
    out: list[str] = []
    for number, code in shown.codes:
        out += ["", *wrap(f"{number} {code.label}: {code.definition}", width, rest="  ")]
        for head, texts in _details(code, book):
            out += [row for t in texts for row in wrap(t, width, first=f"  {head}: ", rest="    ")]
    return out


def _details(code: Code, book: Codebook) -> Iterable[tuple[str, Iterable[str]]]:
    yield "Use", code.use
    yield "Do not use", code.avoid
    yield "Rule", (f"against {book[b.against].label}: {b.rule}" for b in code.boundary)
    yield "Example", code.examples


def earlier(shown: ShowEarlier, book: Codebook, width: int) -> list[str]:
    """What was decided or skipped, newest first, by number; the older ones by number only."""
    out: list[str] = []
    for number, act in enumerate(shown.done[:LISTED], 1):
        out += wrap(f"{number}. {_act(act, book)}", width, rest="    ")
    if (last := len(shown.done)) > LISTED:
        told = f"And {last - LISTED} before these: g {LISTED + 1} to g {last}."
        out += wrap(told, width)
    return [*out, *wrap("g and a number goes back to it.", width)]


def _act(act: Done, book: Codebook) -> str:
    told = "skipped"
    if act.event.kind is EventKind.DECISION:
        told = names.given(act.event.codes, book)
    covered = within(act.item, hull(act.item, act.event))
    if len(covered) > 1:
        told += f" ({names.many(len(covered), 'sentence')})"
    return f"{told}: {names.beginning(covered[0].text, _WORDS)}"


def found(shown: ShowFound, state: State, width: int) -> list[str]:
    """Sentences found, by number, with what was decided on them."""
    book, standing = state.setup.codebook, decided(state)
    out = wrap(f"{names.many(len(shown.items), 'sentence')} found.", width)
    for number, item in enumerate(shown.items[:LISTED], 1):
        told = names.speech(item.speaker, names.beginning(item.sentence.text, _WORDS_FOUND))
        told += f" (Source: {item.source})" if item.source else ""
        if item.sentence.id in standing:
            told += f" (Decided: {names.given(standing[item.sentence.id], book)})"
        out += wrap(f"{number}. {told}", width, rest="    ")
    if (last := len(shown.items)) > LISTED:
        told = f"And {last - LISTED} more, = {LISTED + 1} to = {last}; more words find fewer."
        out += wrap(told, width)
    return [*out, *wrap("= and a number opens one, such as = 1.", width)]


def evidence(shown: ShowEvidence, told: Sequence[str], book: Codebook, width: int) -> list[str]:
    """Why the machine suggests what it does."""
    out = wrap(
        f"The machine suggests: {names.suggested(shown.suggestion, book)}.", width, rest="  "
    )
    lines = [*([shown.suggestion.evidence] if shown.suggestion.evidence else []), *told]
    for line in dict.fromkeys(lines):
        out += wrap(line, width, first="  ", rest="    ")
    return out if lines else [*out, *wrap("There is no evidence at hand.", width)]


def whole(lines: Iterable[Line], source: str, width: int) -> list[str]:
    """A transcript from beginning to end."""
    out = ["", *wrap(f"The whole transcript{f' {source}' if source else ''}:", width)]
    out += [row for line in lines for row in spoken(line, width)]
    return [*out, *wrap("The transcript ends here. >> marks the sentence asked about.", width)]


def progress(now: Progress, agreement: str, book: Codebook, width: int) -> list[str]:
    """How far the session is."""
    goal = f" of {now.goal}" if now.goal is not None else ""
    rate = f" {now.per_hour:.0f} an hour." if now.per_hour is not None else ""
    told = f"Decided {now.decided}{goal}, skipped {now.skipped}.{rate}"
    codes = "; ".join(f"{names.code_name(book, c)}: {n}" for c, n in now.codes)
    out = wrap(told, width) + wrap(f"In this session {codes}.", width, rest="  ")
    return out + (wrap(agreement, width) if agreement else [])


def drafts(facings: Iterable[Facing], book: Codebook) -> list[str]:
    """Items with what was chosen for them and never committed, one line each."""
    return [
        f'"{f.item.sentence.text}": '
        + "; ".join([
            *([names.chosen(f.choices, book)] if f.choices else []),
            *([f"memo: {f.memo}"] if f.memo else []),
        ])
        for f in facings
    ]  # fmt: skip

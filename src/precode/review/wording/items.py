"""The item faced, what is chosen for it, and the machine's suggestion."""

from __future__ import annotations

from collections.abc import Sequence

from precode.codebook import Codebook
from precode.domain import Reason
from precode.review.effects import ShowSuggestion
from precode.review.facing import Facing, visible
from precode.review.source import Line
from precode.review.state import State
from precode.review.talk import talk
from precode.review.tally import counts
from precode.review.values import Said, Suggestion
from precode.review.wording import names
from precode.review.wording.help import keys
from precode.review.wrap import wrap

LEARNED = 5  # decisions of a session after which its keys are known

# A probe must look like any other item that the machine has a word on.
_REASONS: dict[str, str] = {
    Reason.AUDIT: "picked at random",
    Reason.RANDOM: "picked at random",
    Reason.TYPICAL: "stands for many sentences like it",
    Reason.UNCERTAIN: "picked because the model is unsure",
    Reason.RARE: "may have a code with few examples",
    Reason.OVERLAP: "picked at random",  # it was; that a colleague has decided it is a hint
    Reason.FOUND: "you looked it up",
    Reason.ASSIGNED: "given to you and others, coded apart",
    Reason.PROBE: "picked because the model is unsure",
    Reason.DISAGREEMENT: "coders differ",
}


def item(state: State, width: int) -> list[str]:
    """Progress, the sentence in its context, what is known of it, and the keys."""
    facing, book = state.facing, state.setup.codebook
    if facing is None:
        text = "The queue is done. Enter or q ends; u takes the last act back; g goes back."
        return ["", *wrap(text, width)]
    out = ["", *wrap(_progress(state, facing), width)]
    out += [row for line in talk(facing) for row in spoken(line, width)]
    if facing.standing:
        out += wrap(f"Your decision stands: {names.given(facing.standing.codes, book)}.", width)
    elif facing.skipped:
        out += wrap("You skipped this; Enter leaves it so.", width)
    if facing.flag:
        out += wrap("Flagged for discussion.", width)
    out += others(facing.item.others, book, width)
    if (suggestion := visible(facing, state.setup)) is not None:
        out += _suggestion(suggestion, book, width)
    out += wrap("Codes: " + "; ".join(names.code_name(book, c) for c in book.leaf_ids), width,
                rest="  ")  # fmt: skip
    known = counts(state)[0] >= LEARNED  # a screen reader would say them all at each sentence
    out += wrap("h lists the keys." if known else keys(book), width, rest="  ")
    if facing.choices or facing.memo:
        out += _chosen(facing, book, width)
    return out


def others(said: Sequence[Said], book: Codebook, width: int) -> list[str]:
    """What colleagues gave the sentence, each on a line."""
    out = []
    for one in said:
        out += wrap(f"{one.who}: {names.given(one.codes, book)}.", width, rest="  ")
        if one.memo:
            out += wrap(f"Memo: {one.memo}", width, first="  ", rest="  ")
    return out


def reason(item_why: str, item_reason: str) -> str:
    """Why the sentence is asked about, as the coder is told."""
    return item_why or _REASONS.get(item_reason, item_reason)


def spoken(line: Line, width: int) -> list[str]:
    """A piece of talk; ">>" before what is asked about."""
    mark = ">> " if line.here else "   "
    text = names.speech(line.speaker, line.text, line.role)
    return wrap(text, width, first=mark, rest=mark)


def _progress(state: State, facing: Facing) -> str:
    done, skipped, _ = counts(state)
    goal = f" of {state.setup.goal}" if state.setup.goal is not None else ""
    place = f"Decided {done}{goal}, skipped {skipped}. "
    if facing.standing:
        place = f"Back at a sentence that is decided. {place}"
    why = reason(facing.item.why, facing.item.reason)
    why = f"{why[:1].upper()}{why[1:]}".rstrip(".")
    source = f" Source: {facing.item.source}." if facing.item.source else ""
    return f"{place}{why}.{source}" if why else place.strip() + source


def selection(state: State, width: int) -> list[str]:
    """What is chosen for the item, not yet committed, and which sentences it is for."""
    facing, book = state.facing, state.setup.codebook
    if facing is None:
        return []
    own = facing.item.sentence
    out: list[str] = []
    if facing.span != (own.start, own.end):
        out += wrap(f"Selected: {names.many(len(facing.selected), 'sentence')}.", width)
        out += [row for line in talk(facing) if line.here for row in spoken(line, width)]
    elif not facing.choices and facing.item.earlier + facing.item.later:
        out += wrap("Selected: this sentence.", width)
    return out + _chosen(facing, book, width)


def _chosen(facing: Facing, book: Codebook, width: int) -> list[str]:
    told = names.chosen(facing.choices, book) or "nothing yet"
    out = wrap(f"Chosen: {told}", width, rest="  ")
    return out + (wrap(f"Memo: {facing.memo}", width, rest="  ") if facing.memo else [])


def suggestion(shown: ShowSuggestion, book: Codebook, width: int) -> list[str]:
    """The suggestion revealed after a commit."""
    told = names.given(shown.decided, book)
    if shown.agrees:
        return wrap(f"Stored. The machine suggests the same: {told}.", width)
    return [
        *wrap(f"Stored: {told}.", width),
        *_suggestion(shown.suggestion, book, width),
        *wrap("Enter keeps your decision; or change the codes, then Enter.", width),
    ]


def _suggestion(suggestion: Suggestion, book: Codebook, width: int) -> list[str]:
    told = names.suggested(suggestion, book)
    out = wrap(f"The machine suggests: {told}.", width, rest="  ")
    if suggestion.evidence:
        out += wrap(suggestion.evidence, width, first="  ", rest="  ")
    return out

"""What a session shows, as lines of plain text: no colour, no drawing, one thing after another."""

from __future__ import annotations

from collections.abc import Iterable

from precode.codebook import Code, Codebook
from precode.domain import CodePolarity, EventKind, Polarity
from precode.review.effects import ShowCodes, ShowSuggestion
from precode.review.facing import Facing, visible
from precode.review.keys import DIGITS
from precode.review.state import State, open_items
from precode.review.values import Suggestion
from precode.review.wrap import wrap

_REASONS = {
    "random": "picked at random",
    "audit": "picked at random",
    "uncertain": "picked because the model is unsure",
}


def item(state: State, width: int) -> list[str]:
    """Progress, the sentence in its context, what is known of it, and the keys."""
    facing, book = state.facing, state.setup.codebook
    if facing is None:
        return ["", "The queue is done. Enter or q ends; u goes back to the last item."]
    it = facing.item
    out = ["", *wrap(_progress(state, facing), width)]
    for speaker, text in it.before:
        out += wrap(_speech(speaker, text), width, first="   ", rest="   ")
    out += wrap(_speech(it.speaker, it.sentence.text), width, first=">> ", rest=">> ")
    for speaker, text in it.after:
        out += wrap(_speech(speaker, text), width, first="   ", rest="   ")
    if facing.standing:
        out += wrap(f"Your decision stands: {_codes(facing.standing.codes, book)}.", width)
    if facing.flag:
        out.append("Flagged for discussion.")
    if (suggestion := visible(facing, state.setup)) is not None:
        out += _suggestion(suggestion, book, width)
    out += wrap("Codes: " + "; ".join(_named(book)), width, rest="  ")
    out += wrap(keys(book), width, rest="  ")
    if facing.choices or facing.memo:
        out += selection(state, width)
    return out


def _progress(state: State, facing: Facing) -> str:
    done, skipped, left = counts(state)
    total = done + skipped + left
    place = f"Item {total - left + 1} of {total}"
    if facing.standing:
        place = "Back at an item that is decided"
    source = f" Source: {facing.item.source}." if facing.item.source else ""
    reason = _REASONS.get(facing.item.reason, facing.item.reason)
    return f"{place}, {reason}. Decided {done}, skipped {skipped}.{source}"


def counts(state: State) -> tuple[int, int, int]:
    """Sentences (decided, skipped, left) in this session."""
    acts = [d for d in state.done if not d.earlier]
    decided = {d.item.sentence.id for d in acts if d.event.kind is EventKind.DECISION}
    skipped = {d.item.sentence.id for d in acts if d.event.kind is EventKind.SKIP} - decided
    left = {f.id for f in open_items(state) if f.standing is None}
    return len(decided), len(skipped - left), len(left)


def keys(book: Codebook) -> str:
    """One line of keys."""
    last = len(book.leaves)
    joined = "1b 4f gives two codes" if last <= DIGITS else "1b 12f gives two codes"
    return (
        f"Keys: 1-{last} code, with b barrier, f facilitator, x both, o unclear ({joined}); "
        "Enter commits; n nothing applies; s skip; u undo; m memo; ! flag; c codebook; h help; "
        "q quit"
    )


def help_text(book: Codebook, width: int) -> list[str]:
    """Every key with what it does."""
    rows = [
        ("number", f"gives a code (1 to {len(book.leaves)}), or takes it off again"),
        ("b f x o", "polarity of the code given last: barrier, facilitator, both, unclear"),
        ("1b", "both at once; for a code given already, changes its polarity"),
        ("Enter", "commits the codes chosen; with a decision that stands, keeps it"),
        ("n", "commits that nothing applies"),
        ("s", "skips the sentence for now"),
        ("u", "takes back the last act, and the one before it, also of earlier sessions"),
        ("U", "brings back what u took back"),
        ("m words", "a memo, stored with the decision"),
        ("!", "flags the sentence for discussion, or takes the flag off"),
        ("c, c 2", "definitions and boundary rules of all codes, or of code 2"),
        ("q", "quits; every committed decision is stored already"),
    ]
    return [row for k, does in rows for row in wrap(does, width, first=f"{k:8}  ", rest=" " * 10)]


def selection(state: State, width: int) -> list[str]:
    """What is chosen for the item, not yet committed."""
    facing, book = state.facing, state.setup.codebook
    if facing is None:
        return []
    chosen = "; ".join(
        _name(book, c.code) + (", which polarity?" if c.polarity is None else _with(c.polarity))
        for c in facing.choices
    )
    out = wrap(f"Chosen: {chosen or 'nothing yet'}", width, rest="  ")
    return out + (wrap(f"Memo: {facing.memo}", width, rest="  ") if facing.memo else [])


def suggestion(shown: ShowSuggestion, book: Codebook, width: int) -> list[str]:
    """The suggestion revealed after a commit."""
    if shown.agrees:
        return wrap(f"Stored. The machine suggests the same: {_codes(shown.decided, book)}.", width)
    return [
        *wrap(f"Stored: {_codes(shown.decided, book)}.", width),
        *_suggestion(shown.suggestion, book, width),
        *wrap("Enter keeps your decision; or change the codes, then Enter.", width),
    ]


def _suggestion(suggestion: Suggestion, book: Codebook, width: int) -> list[str]:
    told = "; ".join(
        f"{_name(book, s.code)}{_with(s.polarity)} ({s.confidence:.2f})" for s in suggestion.codes
    )
    out = wrap(f"The machine suggests: {told or 'nothing applies'}.", width, rest="  ")
    return out + (wrap(suggestion.evidence, width, first="  ", rest="  ") if suggestion.evidence
                  else [])  # fmt: skip


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


def drafts(facings: Iterable[Facing], book: Codebook) -> list[str]:
    """Items with what was chosen for them and never committed, one line each."""
    return [
        f'"{f.item.sentence.text}": '
        + "; ".join([
            *(_name(book, c.code) + _with(c.polarity or Polarity.NONE) for c in f.choices),
            *([f"memo: {f.memo}"] if f.memo else []),
        ])
        for f in facings
    ]  # fmt: skip


def _named(book: Codebook) -> list[str]:
    return [f"{n} {code.label}" for n, code in enumerate(book.leaves, 1)]


def _name(book: Codebook, code: str) -> str:
    ids = book.leaf_ids
    return f"{ids.index(code) + 1} {book[code].label}" if code in ids else code


def _with(polarity: Polarity) -> str:
    return f", {polarity}" if polarity else ""


def _codes(codes: Iterable[CodePolarity], book: Codebook) -> str:
    told = "; ".join(_name(book, c.code) + _with(c.polarity) for c in codes)
    return told or "nothing applies"


def _speech(speaker: str, text: str) -> str:
    return f"{speaker}: {text}" if speaker else text

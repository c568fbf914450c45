"""The workbook that goes to a coder elsewhere: its sheets, rows and columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from precode.codebook import Codebook
from precode.domain import Polarity
from precode.errors import Problem
from precode.files.cells import MAX_TEXT, Cell, Column, Form, stored_length
from precode.files.text import ILLEGAL
from precode.review.values import Item, Suggestion

PAIRS = 3  # codes a sentence has room for; more go into one cell, separated by ;
CODE_THESE, CODES, HOW_TO = "Code these", "Codes", "How to"
DO_NOT_EDIT = " (do not edit)"
PACKET, ID, CHECK = (name + DO_NOT_EDIT for name in ("packet", "sentence id", "text check"))
SENTENCE, NOTHING, MEMO = "SENTENCE", "nothing applies", "memo"
TALK_BEFORE, TALK_AFTER, SUGGESTION = "talk before", "talk after", "the machine suggests"
READ_ONLY = ("number", "source", "speaker", TALK_BEFORE, TALK_AFTER, SUGGESTION)
_POLARITIES = (
    (Polarity.BARRIER, "makes the behaviour less likely"),
    (Polarity.FACILITATOR, "makes the behaviour more likely"),
    (Polarity.BOTH, "this one code works both ways in the sentence"),
    (Polarity.UNCLEAR, "the influence is named, its direction is not"),
)


def text_check(text: str) -> str:
    """A short hash of a sentence. It starts with a letter: a spreadsheet takes "12e45678" for a
    number.
    """
    return "h" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def forms(
    items: Sequence[Item],
    suggested: Sequence[Suggestion | None],
    *,
    codebook: Codebook,
    behaviour: str,
    coder: str,
    packet: str,
) -> tuple[Form, ...]:
    """The three sheets. ``suggested`` holds, for each item, the suggestion to show, None for none;
    where all are None there is no column for them.
    """
    legend = _how_to(codebook, behaviour, coder, packet)
    with_suggestions = any(s is not None for s in suggested)
    rows = [
        _row(number, item, shown, codebook, packet, with_suggestions)
        for number, (item, shown) in enumerate(zip(items, suggested, strict=True), 1)
    ]
    columns = tuple(_columns(codebook, legend, with_suggestions))
    return (
        Form(CODE_THESE, columns, rows, filterable=True),
        Form(CODES, _CODE_COLUMNS, _code_rows(codebook)),
        Form(HOW_TO, (Column(HOW_TO, 18, "key"), Column("fill this in", 100)), legend),
    )


def pairs(codebook: Codebook) -> int:
    """How many codes the sheet asks for of each sentence."""
    return 1 if codebook.choice == "one" else PAIRS


def _columns(codebook: Codebook, legend: Sequence[Sequence[str]], shown: bool) -> Iterable[Column]:
    yield from (Column("number", 6), Column("source", 12), Column("speaker", 9))
    yield from (Column(TALK_BEFORE, 32), Column(SENTENCE, 38, "key"), Column(TALK_AFTER, 22))
    if shown:
        yield Column(SUGGESTION, 18)
    names = [row[0] for row in legend]
    first, yes = names.index(Polarity.BARRIER) + 2, names.index("yes") + 2
    codes = f"'{CODES}'!$B$2:$B${len(codebook.leaves) + 1}"
    directions = f"'{HOW_TO}'!$A${first}:$A${first + len(_POLARITIES) - 1}"
    for k in range(1, pairs(codebook) + 1):
        help_ = f"Choose a code; what each means is on the sheet {CODES!r}." if k == 1 else ""
        yield Column(f"code {k}", 17, "answer", codes, help_)
        if any(c.polarity for c in codebook.leaves):
            yield Column(f"polarity {k}", 11, "answer", directions)
    yield Column(NOTHING, 10, "answer", f"'{HOW_TO}'!$A${yes}:$A${yes}")
    yield Column(MEMO, 18, "answer")
    yield from (Column(name, 8, "faint") for name in (PACKET, ID, CHECK))


def _row(
    number: int, item: Item, shown: Suggestion | None, codebook: Codebook, packet: str, extra: bool
) -> list[Cell]:
    kept = item.sentence
    row: list[Cell] = [number, item.source, item.speaker]
    row += [_talk(item.before, end=True), kept.text, _talk(item.after, end=False)]
    row += [_suggestion(shown, codebook)] if extra else []
    answers = pairs(codebook) * (2 if any(c.polarity for c in codebook.leaves) else 1) + 2
    return [*row, *[""] * answers, packet, kept.id, text_check(kept.text)]


def _talk(turns: Sequence[tuple[str, str]], *, end: bool) -> str:
    """The turns line by line; of too many words, those nearest to the sentence (``end``: the last).

    Halving finds a length that fits: what a text takes in a cell is not its number of characters.
    """
    text = "\n".join(f"{speaker}: {said}" if speaker else said for speaker, said in turns)
    keep = len(text)
    cut = text
    while stored_length(cut) > MAX_TEXT:
        keep = min(keep // 2, MAX_TEXT - 1) if keep < MAX_TEXT else MAX_TEXT - 1
        cut = f"…{text[-keep:]}" if end else f"{text[:keep]}…"
    return cut


def _suggestion(shown: Suggestion | None, codebook: Codebook) -> str:
    if shown is None:
        return ""
    return "\n".join(
        f"{codebook[s.code].label}{f', {s.polarity}' if s.polarity else ''} ({s.confidence:.0%})"
        for s in shown.codes
    ) or NOTHING  # fmt: skip


_CODE_COLUMNS = (
    Column("number", 8), Column("label", 22, "key"), Column("domain", 14),
    Column("definition", 44), Column("use", 40), Column("avoid", 40),
    Column("boundary rules", 44), Column("examples", 40),
)  # fmt: skip


def _code_rows(codebook: Codebook) -> list[list[Cell]]:
    labels = {c.id: c.label for c in codebook.codes}
    return [
        [
            number, c.label, labels.get(c.parent, ""), " ".join(c.definition.split()),
            _listed(c.use), _listed(c.avoid),
            _listed(f"{labels.get(b.against, b.against)}: {b.rule}" for b in c.boundary),
            _listed(f"“{e}”" for e in c.examples),
        ]
        for number, c in enumerate(codebook.leaves, 1)
    ]  # fmt: skip


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"• {' '.join(line.split())}" for line in lines)


def _how_to(codebook: Codebook, behaviour: str, coder: str, packet: str) -> list[list[str]]:
    several = (
        "One code for each sentence."
        if codebook.choice == "one"
        else f"Up to {PAIRS} codes for each sentence; further ones go into one cell, with ; between."
    )
    return [
        ["1", f"Read the talk before and after, but code the {SENTENCE} only. {several}"],
        ["2", f"Choose each code from its drop-down; the sheet {CODES!r} says what they mean. "
              "Give each code its polarity, towards the behaviour below."],
        ["3", f"If you read a sentence and no code fits, choose yes under {NOTHING!r}. "
              "A row left empty means: not read yet."],
        ["4", f"Remarks go into {MEMO!r}. Please leave the sentences and the grey columns at the "
              "far right as they are: they tell where each answer belongs."],
        ["5", "Save the file (.xlsx or .csv) and send it back, also when it is half done."],
        ["behaviour", behaviour],
        ["coder", coder],
        ["packet", packet],
        *([p.value, meaning] for p, meaning in _POLARITIES),
        ["yes", f"under {NOTHING!r}: read, and no code fits"],
    ]  # fmt: skip


def misfit(item: Item) -> Problem | None:
    """Why the sentence cannot go into a spreadsheet whole, if it cannot."""
    length = stored_length(ILLEGAL.sub("\ufffd", item.sentence.text))
    if length <= MAX_TEXT:
        return None
    what = f"a sentence of {length:,} characters does not fit in a cell, and is never cut"
    return Problem(f"{item.source}: {item.sentence.text[:40]}…", what, "code it in precode review")

"""The codebook beside the talk: numbered codes with their marks, and one code explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from precode.codebook import Code, Codebook
from precode.review.app.rows import Page, Row, Span, clip, filled, paragraph, safe
from precode.review.facing import Choice, Facing

UNGIVEN = "which? b f x o"


def choices(book: Codebook, facing: Facing | None, cursor: int, width: int) -> Page:
    """The numbered codes: ``>`` at the cursor, ``[x]`` with its polarity where one is chosen."""
    given = {c.code: c for c in facing.choices} if facing else {}
    digits = len(str(len(book.leaves)))
    rows: list[Row] = []
    first = last = 0
    for place, code in enumerate(book.leaves):
        block = _code(place + 1, digits, code, given.get(code.id), place == cursor, width)
        if place == cursor:
            first, last = len(rows), len(rows) + len(block) - 1
        rows += block
    return Page(rows, first, last)


def _code(
    number: int, digits: int, code: Code, choice: Choice | None, current: bool, width: int
) -> list[Row]:
    mark = "[x]" if choice else "[ ]"
    head = f"{'>' if current else ' '}{number:>{digits}} {mark} "
    style = " ".join(["bold"] * (choice is not None) + ["reverse"] * current)
    label = clip([Span(code.label)], width - len(head))  # in full at the head of its definition
    lines = ["".join(s.text for s in label)]
    word = "" if choice is None else UNGIVEN if choice.polarity is None else str(choice.polarity)
    if word and len(head) + cell_len(lines[-1]) + 2 + len(word) <= width:
        lines[-1] += f"  {word}"
    elif word:
        lines.append(word)
    pad = " " * len(head)
    rows: list[Row] = [
        (Span((head if i == 0 else pad) + line, style),) for i, line in enumerate(lines)
    ]
    return [filled(row, width) for row in rows] if current else rows


def explained(book: Codebook, code: Code, width: int, *, examples: bool = False) -> list[Row]:
    """Definition, use, avoid and boundary rules of ``code``."""
    rows = paragraph(code.definition, width, label=f"{code.label}:")
    for head, texts in _details(book, code, examples):
        for text in texts:
            rows += paragraph(text, width, label=f"{head}:")
    return rows


def _details(book: Codebook, code: Code, examples: bool) -> Iterable[tuple[str, Sequence[str]]]:
    yield "Use", code.use
    yield "Not", code.avoid
    yield "Rule", [f"against {book[b.against].label}: {b.rule}" for b in code.boundary]
    yield "Example", code.examples if examples else ()


def definitions(book: Codebook, codes: Iterable[tuple[int, Code]], here: int, width: int) -> Page:
    """Codes in full, one after the other; the one with number ``here`` is to be in view."""
    rows: list[Row] = []
    first = last = 0
    for number, code in codes:
        first = len(rows) if number == here else first
        rows += [(Span(f"{number} {safe(code.label)}", "bold underline"),)]
        rows += explained(book, code, width, examples=True)
        last = len(rows) - 1 if number == here else last
        rows += [()]
    return Page(rows, first, last)

"""Codes, suggestions and speech in words."""

from __future__ import annotations

from collections.abc import Iterable

from precode.codebook import Codebook
from precode.domain import CodePolarity, Polarity
from precode.review.facing import Choice
from precode.review.values import Suggestion


def code_name(book: Codebook, code: str) -> str:
    """Number and label; the bare id of a code that is gone from the codebook."""
    ids = book.leaf_ids
    return f"{ids.index(code) + 1} {book[code].label}" if code in ids else code


def given(codes: Iterable[CodePolarity], book: Codebook) -> str:
    """What a decision says: "1 Heat, barrier; 2 Rain, facilitator"."""
    told = "; ".join(code_name(book, c.code) + _with(c.polarity) for c in codes)
    return told or "nothing applies"


def chosen(choices: Iterable[Choice], book: Codebook) -> str:
    """What is chosen so far; says where a polarity is still to be given."""
    return "; ".join(
        code_name(book, c.code) + (", which polarity?" if c.polarity is None else _with(c.polarity))
        for c in choices
    )


def suggested(suggestion: Suggestion, book: Codebook) -> str:
    """What the machine would give, with its confidence."""
    told = "; ".join(
        f"{code_name(book, s.code)}{_with(s.polarity)} ({s.confidence:.2f})"
        for s in suggestion.codes
    )
    return told or "nothing applies"


def speech(speaker: str, text: str, role: str = "") -> str:
    """What somebody says."""
    who = f"{speaker}, {role}" if speaker and role else speaker
    return f"{who}: {text}" if who else text


def beginning(text: str, words: int) -> str:
    """The first words of ``text``."""
    split = text.split()
    return text if len(split) <= words else " ".join(split[:words]) + " …"


def many(n: int, noun: str) -> str:
    """ "1 sentence", "2 sentences"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _with(polarity: Polarity) -> str:
    return f", {polarity}" if polarity else ""

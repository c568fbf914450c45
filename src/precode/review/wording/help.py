"""The keys, in words."""

from __future__ import annotations

from precode.codebook import Codebook
from precode.review.keys import DIGITS
from precode.review.wrap import wrap

_LEFT = 10


def keys(book: Codebook) -> str:
    """One line of the keys used most."""
    last = len(book.leaves)
    if directed(book):
        one = "1b gives a code with its polarity"
        two = f"1b {4 if last <= DIGITS else 12}f gives two codes"
        how = f"code, with b barrier, f facilitator, x both, o unclear ({_one(book, one, two)})"
    else:
        two = f"1 {4 if last <= DIGITS else 12} gives two codes"
        how = _one(book, "code", f"code ({two})")
    return (
        f"Keys: 1-{last} {how}; "
        "Enter commits; n nothing applies; s skip; u undo; g go back; m memo; ? flag; c codebook; "
        "h all keys; q quit"
    )


def directed(book: Codebook) -> bool:
    """Whether barrier and facilitator make sense for any code."""
    return any(leaf.polarity for leaf in book.leaves)


def _one(book: Codebook, one: str, many: str) -> str:
    """What to say where a sentence takes one code only, and where it takes many."""
    return one if book.choice == "one" else many


def rows(book: Codebook) -> tuple[tuple[str, str], ...]:
    """Every key with what it does."""
    polarity = (
        ("b f x o", "polarity of the code given last: barrier, facilitator, both, unclear"),
        ("1b", "both at once; for a code given already, changes its polarity"),
    )
    return (
        ("number", f"gives a code (1 to {len(book.leaves)}), or takes it off again"),
        *(polarity if directed(book) else ()),
        ("Enter", "commits the codes chosen; with a decision that stands, keeps it"),
        ("n", "commits that nothing applies"),
        ("s", "skips the sentence for now"),
        ("[ ]", "takes the sentence before [ or after ] into the selection: one decision for all"),
        ("{ }", "lets the first { or the last } sentence of the selection go again"),
        ("u", "takes back the last act, and the one before it, also of earlier sessions"),
        ("U", "brings back what u took back"),
        ("g, g 3", "lists what you have done, newest first; g and its number goes back to one"),
        ("/words", "looks for sentences with these words; / alone shows again what was found"),
        ("= 3", "opens number 3 of what was found"),
        ("e", "the evidence for a suggestion that you have seen; in adjudication, all codings"),
        ("t", "the whole transcript, at its place"),
        ("m words", "a memo, stored with the decision; m alone reads it, m - takes it off"),
        ("?", "flags the sentence for discussion, or takes the flag off"),
        ("c, c 2", "definitions and boundary rules of all codes, or of code 2"),
        ("p", "progress: counts by code, sentences an hour, agreement with the machine"),
        ("h", "these keys"),
        ("q", "quits; every committed decision is stored already"),
    )


def help_text(book: Codebook, width: int) -> list[str]:
    """Every key with what it does, one after another."""
    return [
        row
        for key, does in rows(book)
        for row in wrap(does, width, first=f"{key:{_LEFT - 2}}  ", rest=" " * _LEFT)
    ]

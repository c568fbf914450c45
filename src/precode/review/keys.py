"""From what a coder types to commands. The same keys serve a line and a single key press."""

from __future__ import annotations

import re
from itertools import pairwise

from precode.domain import Polarity
from precode.review.commands import (
    Act,
    Command,
    Direction,
    Extend,
    Give,
    GoBack,
    Look,
    Memo,
    Open,
    Search,
    Toggle,
    Unknown,
)

POLARITY_KEYS = {
    "b": Polarity.BARRIER,
    "f": Polarity.FACILITATOR,
    "x": Polarity.BOTH,
    "o": Polarity.UNCLEAR,
}
EXTEND_KEYS = {
    "[": Extend(early=True),
    "]": Extend(early=False),
    "{": Extend(early=True, back=True),
    "}": Extend(early=False, back=True),
}
DIGITS = 9
_LONGEST = 200


def read_keys(line: str, *, codes: int) -> tuple[Command, ...]:
    """The commands in ``line``, for a codebook with that many codes.

    ``"1b 4f"`` gives two codes with their polarity; with nine codes or fewer ``"14"`` is 1 and 4,
    with more it is the number 14. ``"]]"`` takes in two more sentences. Every other command stands
    on a line of its own, so that a word typed by mistake ("no", "bus") is refused whole and not
    carried out letter by letter.
    """
    text = line.strip()
    lower = text.lower()
    if text == Act.REDO:
        return (Act.REDO,)
    if lower in {a.value for a in Act}:
        return (Act(lower),)
    if (one := _with_argument(text, lower)) is not None:
        return (one,)
    tokens = [] if len(lower) > _LONGEST else _tokens(lower, codes)
    if tokens and all(t in EXTEND_KEYS for t in tokens):
        return tuple(EXTEND_KEYS[t] for t in tokens)
    return _coded(tokens) or (Unknown(text),)


def _with_argument(text: str, lower: str) -> Command | None:
    """A command that is one key and a number or words."""
    if text.startswith("/"):
        return Search(text[1:].strip())
    if re.fullmatch(r"m\s*-", lower):
        return Act.ERASE
    if re.match(r"m(\s|$)", lower):
        return Memo(text[1:].strip())
    if (found := re.fullmatch(r"([cg=])\s*([0-9]{0,6})", lower)) is None:
        return None
    key, number = found[1], int(found[2]) if found[2] else None
    if key == "=":
        return Search("") if number is None else Open(number)
    return Look(number) if key == "c" else GoBack(number)


def _tokens(lower: str, codes: int) -> list[str]:
    digits = "[0-9]" if codes <= DIGITS else "[0-9]+"
    return re.findall(rf"{digits}|\S", lower)


def _coded(tokens: list[str]) -> tuple[Command, ...]:
    """Numbers, each with its polarity letter or none; a letter alone only at the start."""
    numbers = [bool(re.fullmatch("[0-9]+", t)) for t in tokens]
    if not all(n or t in POLARITY_KEYS for n, t in zip(numbers, tokens, strict=True)):
        return ()
    if any(not a and not b for a, b in pairwise(numbers)):
        return ()
    commands: list[Command] = []
    for token, number in zip(tokens, numbers, strict=True):
        if number:
            commands.append(Toggle(int(token)))
        elif commands and isinstance(commands[-1], Toggle):
            commands[-1] = Give(commands[-1].number, POLARITY_KEYS[token])
        else:
            commands.append(Direction(POLARITY_KEYS[token]))
    return tuple(commands)

"""From what a coder types to commands. The same keys serve a line and a single key press."""

from __future__ import annotations

import re
from itertools import pairwise

from precode.domain import Polarity
from precode.review.commands import Act, Command, Direction, Give, Look, Memo, Toggle, Unknown

POLARITY_KEYS = {
    "b": Polarity.BARRIER,
    "f": Polarity.FACILITATOR,
    "x": Polarity.BOTH,
    "o": Polarity.UNCLEAR,
}
DIGITS = 9
_LONGEST = 200


def read_keys(line: str, *, codes: int) -> tuple[Command, ...]:
    """The commands in ``line``, for a codebook with that many codes.

    ``"1b 4f"`` gives two codes with their polarity; with nine codes or fewer ``"14"`` is 1 and 4,
    with more it is the number 14. Every other command stands on a line of its own, so that a word
    typed by mistake ("no", "bus") is refused whole and not carried out letter by letter.
    """
    text = line.strip()
    lower = text.lower()
    if text == Act.REDO:
        return (Act.REDO,)
    if lower in {a.value for a in Act}:
        return (Act(lower),)
    if re.match(r"m(\s|$)", lower):
        return (Memo(text[1:].strip()),)
    if look := re.fullmatch(r"c\s*([0-9]{0,3})", lower):
        return (Look(int(look.group(1)) if look.group(1) else None),)
    digits = "[0-9]" if codes <= DIGITS else "[0-9]+"
    tokens = re.findall(rf"{digits}|\S", lower) if len(lower) <= _LONGEST else []
    return _coded(tokens) or (Unknown(text),)


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

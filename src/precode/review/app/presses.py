"""From single key presses to commands, digits gathered into numbers where the codebook needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from precode.review.commands import (
    Act,
    Command,
    Direction,
    Give,
    GoBack,
    Look,
    Toggle,
    Unknown,
)
from precode.review.keys import DIGITS, EXTEND_KEYS, POLARITY_KEYS

COMMANDS: Mapping[str, Command] = {
    "n": Act.NOTHING,
    "s": Act.SKIP,
    "u": Act.UNDO,
    "U": Act.REDO,
    "?": Act.FLAG,
    "e": Act.EVIDENCE,
    "t": Act.WHOLE,
    "p": Act.PROGRESS,
    "h": Act.HELP,
    "\t": Act.HELP,
    "q": Act.QUIT,
    "g": GoBack(),
    "c": Look(),
    **EXTEND_KEYS,
}


@dataclass(slots=True)
class Presses:
    """Reads keys one by one, for a codebook of ``codes`` codes. ``pending`` are digits that may
    still become a longer number.
    """

    codes: int
    pending: str = ""

    def press(self, key: str) -> tuple[Command, ...]:
        """The commands that ``key``, one character, completes; none while a number is pending."""
        if key in "0123456789":
            return self._digit(key)
        given = POLARITY_KEYS.get(key.lower())
        if given is not None and self.pending:  # "12b": gives 12, also where it is given already
            number, self.pending = int(self.pending), ""
            return (Give(number, given),)
        before = self.settle()
        if given is not None:
            return (*before, Direction(given))
        return (*before, COMMANDS.get(key) or COMMANDS.get(key.lower()) or Unknown(key))

    def settle(self) -> tuple[Command, ...]:
        """The number pending as it is, if there is one."""
        number, self.pending = self.pending, ""
        return (Toggle(int(number)),) if number else ()

    def _digit(self, digit: str) -> tuple[Command, ...]:
        if self.codes <= DIGITS or (digit == "0" and not self.pending):
            return (Toggle(int(digit)),)
        self.pending += digit
        return self.settle() if int(self.pending) * 10 > self.codes else ()

"""Every error a user can cause, as a tree.

    PrecodeError                 what, where, and the command or edit that mends it
    ├── UsageError        exit 2  the command line asks for something that cannot be
    ├── InputError        exit 3  a file, table or codebook that cannot be used as it is
    ├── StudyError        exit 4  a folder that is no study, is locked, damaged or newer
    └── TooLittleError    exit 5  not enough coded text for what was asked

The command line turns them into one line (or one list) and the exit code; anything else is our
bug and keeps its traceback. Exit 130 is Ctrl-C.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, returned as a value so that all of them can be shown.

    ``where`` is a file, with line, row or cell where one is known; ``what`` is one sentence;
    ``mend`` is the edit or command that puts it right, empty only where nothing can.
    """

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" — {self.mend}" if self.mend else "")


class PrecodeError(Exception):
    """Base of all errors shown to the user as a line, never as a traceback."""

    exit_code = 1

    def __init__(self, what: str, *, mend: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.what, *(f"  {p}" for p in self.problems)])


class UsageError(PrecodeError):
    """The options contradict each other or name something that does not exist."""

    exit_code = 2


class InputError(PrecodeError):
    """A transcript, coded table, codebook, settings or attribute file cannot be used as it is."""

    exit_code = 3


class StudyError(PrecodeError):
    """The study folder is not one, is open elsewhere, is damaged, or was made by a newer precode."""

    exit_code = 4


class TooLittleError(PrecodeError):
    """The study holds too few human codes, transcripts or sentences for what was asked."""

    exit_code = 5


def quoted(path: object) -> str:
    """``path`` as one word of a command to be pasted."""
    text = str(path)
    return text if re.fullmatch(r"[\w@%+=:,./\\~-]+", text) else f'"{text}"'


def refuse(what: str, problems: Sequence[Problem], *, mend: str = "") -> None:
    """Raise :class:`InputError` with the whole list if there is any problem; else do nothing."""
    if problems:
        raise InputError(what, mend=mend, problems=problems)

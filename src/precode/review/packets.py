"""What a coder answered in a returned packet: every row by its id, every mistake by its cell.

Pure. How code and polarity cells are read is given by the caller (``read_cells``), so that a packet
understands what an imported table does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from precode.codebook import Codebook
from precode.domain import CodePolarity
from precode.errors import Problem
from precode.files.tables import unescape_formula
from precode.files.text import ILLEGAL
from precode.review.packet_cells import UNSEEN, ReadCells, Row, codes_of
from precode.review.packet_layout import Layout, column_name
from precode.review.packet_sheet import CHECK, ID, MEMO, SENTENCE, text_check

_QUOTES = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")
_FROM_THE_SENT = "copy the row from the packet that was sent, and answer it there"


@dataclass(frozen=True, slots=True)
class Issued:
    """A sentence as it went out. ``text`` is None if the study no longer holds it."""

    id: str
    check: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the coder says of one sentence; no codes mean "nothing applies". ``cell`` is where.

    ``codebook`` is the hash of the version whose names the answer uses.
    """

    sentence_id: str
    codes: tuple[CodePolarity, ...]
    memo: str
    cell: str
    codebook: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned packet. ``answers`` are in the order in which the sentences went out; ``torn``
    are those of sentences that the file answers twice, differently. ``unanswered`` counts sentences
    without an answer, a problem or a row; ``notes`` say what was not read.
    """

    answers: tuple[Answer, ...]
    torn: tuple[Answer, ...]
    unanswered: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def read_answers(
    layouts: Sequence[Layout],
    packet: str,
    issued: Sequence[Issued],
    *,
    books: Sequence[Codebook],
    read_cells: ReadCells,
) -> Returned:
    """Every row of ``layouts``, whatever its order.

    A row counts if its id was issued in ``packet``, its text check belongs to that id, and its
    sentence is the one that was sent. ``books`` are the codebook versions to read names by, the
    packet's own first, the study's present one last; a code that is not in the last is a problem.
    """
    reading = _Reading(packet, {i.id: i for i in issued}, tuple(books), read_cells)
    for layout in layouts:
        for number, cells in layout.grid.rows:
            if number != layout.header:
                reading.row(Row(layout, number, cells))
    answers, torn = reading.settled()
    touched = {a.sentence_id for a in (*answers, *torn)} | reading.faulty
    missing = len(reading.issued.keys() - reading.met)
    rows = f"{missing} row{'' if missing == 1 else 's'} of the packet"
    notes = [f"{rows} {'is' if missing == 1 else 'are'} not in the file"] if missing else []
    for layout in layouts:
        notes += layout.grid.notes
        notes += [
            f"the column {header!r} of {layout.grid.title!r} was not read: it is none of the "
            f"packet's; remarks belong under {MEMO!r}"
            for _, header in layout.others
        ]
    if reading.loose:
        notes.append(f"not read, for want of a sentence id: {', '.join(reading.loose)}")
    return Returned(
        answers, torn, len(reading.issued.keys() - touched), tuple(reading.problems), tuple(notes)
    )


class _Reading:
    """The state of one reading: what was met, taken and faulted so far."""

    def __init__(
        self,
        packet: str,
        issued: Mapping[str, Issued],
        books: tuple[Codebook, ...],
        read_cells: ReadCells,
    ) -> None:
        self.packet, self.issued, self.books, self.read_cells = packet, issued, books, read_cells
        self.taken: dict[str, list[Answer]] = {}
        self.problems: list[Problem] = []
        self.faulty: set[str] = set()
        self.met: set[str] = set()
        self.loose: list[str] = []

    def row(self, row: Row) -> None:
        """Take the answer of ``row``, or say what is wrong with it."""
        key = row.key(row.layout.id)
        if column_name(row.text(row.layout.id)) == column_name(ID):
            return  # the header, pasted once more
        if not key:
            self._nameless(row)
            return
        wrong = self._misplaced(row, key)
        if key in self.issued:
            self.met.add(key)
        if wrong is None and row.answered():
            answer, problems = self._answer(row, key)
            if answer is not None:
                self.taken.setdefault(key, []).append(answer)
        else:
            problems = [wrong] if wrong else []
        self.problems += problems
        self.faulty |= {key} & self.issued.keys() if problems else set()

    def settled(self) -> tuple[tuple[Answer, ...], tuple[Answer, ...]]:
        """(answers given once or twice alike, those given twice differently), in issued order."""
        answers: list[Answer] = []
        torn: list[Answer] = []
        for key in self.issued:
            given = self.taken.get(key, [])
            if len({a.codes for a in given}) > 1:
                torn += given
            elif given:
                # sorted, so that reading the rows in another order says the same
                memos = sorted({a.memo for a in given if a.memo})
                answers.append(replace(given[0], memo="\n".join(memos)))
        return tuple(answers), tuple(torn)

    def _nameless(self, row: Row) -> None:
        filled = row.answered()
        if filled:
            what = "an answer, but the row has no sentence id"
            self.problems.append(Problem(row.name(filled[0]), what, _FROM_THE_SENT))
        else:
            first = next(i for i, c in enumerate(row.cells) if c.strip())
            self.loose.append(f"{row.name(first)} {row.text(first)[:40]!r}")

    def _misplaced(self, row: Row, key: str) -> Problem | None:
        """Why the row is not the one that went out, if it is not."""
        layout, sent = row.layout, self.issued.get(key)
        packet, check = row.key(layout.packet), row.key(layout.check)
        if packet and packet != self.packet:
            mend = "read each packet in its own file"
            return Problem(
                row.name(layout.packet), f"belongs to packet {packet!r}, not {self.packet!r}", mend
            )
        if sent is None:
            what = f"{key[:60]!r} is the id of no sentence in this packet"
            return Problem(row.name(layout.id), what, _FROM_THE_SENT)
        if check != sent.check:
            what = (
                f"the {CHECK.partition(' (')[0]} {check[:20]!r} does not belong to the sentence id"
            )
            return Problem(row.name(layout.check), what, _FROM_THE_SENT)
        if sent.text is None or text_check(sent.text) != sent.check:
            mend = "code its transcript again in precode review"
            return Problem(row.name(layout.id), "the study no longer holds this sentence", mend)
        if not same_words(sent.text, row.text(layout.sentence)):
            what = f"the {SENTENCE} is not the one that was sent, so the answer may not be about it"
            return Problem(row.name(layout.sentence), what, f"it reads: {_short(sent.text)}")
        return None

    def _answer(self, row: Row, key: str) -> tuple[Answer | None, list[Problem]]:
        blind = [c for c in row.answered() if (row.number, c) in row.layout.grid.blind]
        if blind:
            what, mend = "a formula without a result", "type what it should say"
            return None, [Problem(row.name(c), what, mend) for c in blind]
        for book in self.books:
            codes, problems = codes_of(row, book, self.read_cells)
            if not problems:
                break
        if codes is None:
            return None, problems
        gone = [c.code for c in codes if c.code not in self.books[-1].leaf_ids]
        cell = row.name(row.answered()[0])
        if gone:
            what = f"the code {gone[0]!r} has left the codebook since the packet was sent"
            return None, [Problem(cell, what, "choose another code, or put it back")]
        return Answer(key, codes, row.text(row.layout.memo), cell, book.hash), []


def same_words(sent: str, came: str) -> bool:
    """Whether ``came`` is the sentence that was ``sent``, up to what saving does to it: spaces,
    case, kinds of quotation mark, and "?" for what Windows-1252 lacks.
    """
    wanted, found = _bare(ILLEGAL.sub("\ufffd", sent)), _bare(came)
    if found == wanted or _bare(unescape_formula(came)) == wanted:
        return True
    if all(map(_in_windows, wanted)):
        return False
    wild = (re.escape(c) if _in_windows(c) else rf"(?:{re.escape(c)}|\?\??)" for c in wanted)
    return bool(re.fullmatch("".join(wild), found))


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).translate(_QUOTES).casefold()
    return " ".join(folded.translate(UNSEEN).split())


def _in_windows(char: str) -> bool:
    return bool(char.encode("cp1252", "ignore"))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= 80 else words[:79] + "…")

"""Coding acts carried from one version of a transcript to the next. Nothing is guessed.

The two texts are aligned (:mod:`precode.codings.versions`). An act whose words stand unchanged moves
exactly; one whose passage changed a little moves with a note that holds the old words; what cannot be
placed, or could mean several passages, is listed and stays with the earlier version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from precode.codings.history import standing
from precode.codings.normal import bare_needle
from precode.codings.versions import Alignment
from precode.domain import Event, EventKind, ReadTranscript, Sentence

_NOT_THERE = "its words are not in the new text, or could mean several passages of it"
_NOT_CODABLE = "nobody but the interviewer says this in the new text"
_ALL_NEW = "none of what was read stands in the new text"


@dataclass(frozen=True, slots=True)
class Move:
    """``event`` is the act number ``source`` on the new text, its ``part``-th piece (what was read may
    fall into several). ``event.undoes`` is still the number of the old act: the piece of it with the
    same ``part`` is meant. ``note`` is empty where the words are the same, else says what they were.
    """

    event: Event
    source: int
    part: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """An act that stays with the earlier version, and why. ``stood``: it counted there, that is, it
    had not been taken back.
    """

    event: Event
    why: str
    stood: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What becomes of a transcript's acts. ``became`` holds each of its codable sentences: the id of
    the same sentence, word for word, in the new version, or "".
    """

    moves: tuple[Move, ...]
    left: tuple[Left, ...]
    became: Mapping[str, str] = field(default_factory=dict)


def carry(
    events: Sequence[Event], old: ReadTranscript, new: ReadTranscript, *, least: float
) -> Carried:
    """``events`` are those of ``old`` in the order of the history, stored. ``least`` (0 to 100) is the
    similarity from which on a changed passage counts as the same.
    """
    work = _Work(old, new, least)
    return work.all(events)


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    note: str = ""


class _Work:
    def __init__(self, old: ReadTranscript, new: ReadTranscript, least: float) -> None:
        self._old, self._new, self._least = old, new, least
        self._one, self._other = old.transcript.text, new.transcript.text
        self._alignment = Alignment(self._one, self._other)
        self._starts = {s.start for s in old.sentences}
        self._ends = {s.end for s in old.sentences}
        self._heirs: dict[tuple[int, int], _Place | str] = {}
        self._bounds = {(s.start, s.end): s for s in new.sentences}

    def all(self, events: Sequence[Event]) -> Carried:
        stood = {e.seq for e in standing(events)}
        moves: list[Move] = []
        left: list[Left] = []
        places: dict[int, list[_Place]] = {}
        for e in events:
            if e.kind is EventKind.UNDO:
                # it goes where the act went that it takes back, or stays with it
                found: list[_Place] | str = [
                    replace(p, note="") for p in places.get(e.undoes or 0, [])
                ] or "the act that it takes back stays too"
            elif e.kind is EventKind.READ:
                found = list(self._read(e)) or _ALL_NEW
            else:
                one = self._place(e)
                found = one if isinstance(one, str) else [one]
            if isinstance(found, str):
                left.append(Left(e, found, e.seq in stood and e.kind is not EventKind.UNDO))
                continue
            places[e.seq] = found
            target = self._new.transcript.id
            moves += [
                Move(
                    replace(e, transcript_id=target, start=p.start, end=p.end, seq=0),
                    e.seq, part, p.note,
                )
                for part, p in enumerate(found)
            ]  # fmt: skip
        return Carried(tuple(moves), tuple(left), dict(self._became()))

    def _place(self, e: Event) -> _Place | str:
        """Where ``e`` belongs, or why it belongs nowhere."""
        whole = e.start in self._starts and e.end in self._ends
        judges = e.kind is not EventKind.EXCERPT or not e.codes
        if whole and judges:
            return self._sentences(e.start, e.end)
        return self._passage(e.start, e.end)

    def _passage(self, start: int, end: int) -> _Place | str:
        span = self._alignment.span(start, end)
        if span is None or not self._alike(start, end, *span):
            return _NOT_THERE
        around = self._around(start, end, *span)
        return _Place(*span, self._note(start, end, *span) or around)

    def _sentences(self, start: int, end: int) -> _Place | str:
        """What was said of whole sentences is said of whole sentences: of no word that the coder did
        not see, but for a little.
        """
        if (start, end) in self._heirs:
            return self._heirs[start, end]
        self._heirs[start, end] = out = self._sentences_anew(start, end)
        return out

    def _sentences_anew(self, start: int, end: int) -> _Place | str:
        span = self._alignment.span(start, end)
        if span is None:
            return _NOT_THERE
        touched = [s for s in self._new.sentences if s.start < span[1] and span[0] < s.end]
        if not touched:
            return _NOT_THERE
        if not any(s.codable for s in touched) and any(
            s.codable for s in self._old.sentences if s.start < end and start < s.end
        ):
            return _NOT_CODABLE
        first, last = touched[0].start, touched[-1].end
        if not self._alike(start, end, first, last):
            return _NOT_THERE
        return _Place(first, last, self._note(start, end, first, last))

    def _alike(self, start: int, end: int, first: int, last: int) -> bool:
        was, now = self._one[start:end], self._other[first:last]
        if was == now:
            return True
        if fuzz.ratio(was, now) >= self._least:
            return True
        bare = bare_needle(was)
        return bool(bare) and bare == bare_needle(now)

    def _note(self, start: int, end: int, first: int, last: int) -> str:
        was, now = self._one[start:end], self._other[first:last]
        notes = [] if was == now else [f"the passage was: {was}"]
        before, after = (_speaker(r, at) for r, at in ((self._old, start), (self._new, first)))
        if before != after:
            notes.append(f"the speaker was: {before or 'nobody'}")
        return "; ".join(notes)

    def _around(self, start: int, end: int, first: int, last: int) -> str:
        """Whether the sentences that an excerpt is part of are the same."""
        was, now = _covering(self._old, start, end), _covering(self._new, first, last)
        same = [s.text for s in was] == [s.text for s in now]
        return "" if same else "the sentence around it was: " + " ".join(s.text for s in was)

    def _read(self, e: Event) -> Iterator[_Place]:
        """Runs of sentences in the new text that are those of ``e``, but for a little."""
        inside = [s for s in self._old.sentences if e.start <= s.start and s.end <= e.end]
        mine: set[str] = set()
        notes: dict[str, str] = {}
        for s in inside:
            place = self._sentences(s.start, s.end) if s.codable else _NOT_THERE
            if isinstance(place, _Place):
                for t in _within(self._new, place):
                    mine.add(t.id)
                    if place.note:
                        notes[t.id] = place.note
        whole = sum(s.codable for s in inside)
        run: list[Sentence] = []
        runs: list[list[Sentence]] = []
        for s in self._new.sentences:
            if not s.codable:
                continue
            if s.id in mine:
                run.append(s)
            elif run:
                runs.append(run)
                run = []
        runs += [run] if run else []
        changed = sum(map(len, runs)) != whole or len(runs) > 1 or bool(notes)
        for run in runs:
            own = [notes[s.id] for s in run if s.id in notes]
            told = [f"what was read was one stretch of {whole} sentences to code"] * changed + own
            yield _Place(run[0].start, run[-1].end, "; ".join(told))

    def _became(self) -> Iterator[tuple[str, str]]:
        for s in self._old.sentences:
            if not s.codable:
                continue
            span = self._alignment.span(s.start, s.end)
            heir = self._bounds.get(span) if span else None
            same = heir is not None and heir.codable and heir.text == s.text
            yield s.id, heir.id if heir is not None and same else ""


def _within(read: ReadTranscript, place: _Place) -> list[Sentence]:
    return [s for s in read.sentences if place.start <= s.start and s.end <= place.end]


def _covering(read: ReadTranscript, start: int, end: int) -> list[Sentence]:
    return [s for s in read.sentences if s.start < end and start < s.end]


def _speaker(read: ReadTranscript, at: int) -> str:
    return next((t.speaker for t in read.turns if t.start <= at < t.end), "")

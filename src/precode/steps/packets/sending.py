"""``review --packet``: a review that travels as a spreadsheet, and is read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.domain import CodePolarity, Event, EventKind, Reason
from precode.errors import Problem, TooLittleError, UsageError
from precode.files.tables import write_csv, write_forms
from precode.review.packet_sheet import forms, misfit, text_check
from precode.review.values import BLIND, Item, Suggestion
from precode.steps.opening import Study
from precode.study.store import now

SUFFIXES = (".xlsx", ".csv")


@dataclass(frozen=True, slots=True)
class PacketOut:
    """A packet as written: its id, its file, how many sentences it asks, and what it could not."""

    packet: str
    path: Path
    rows: int
    left_out: tuple[Problem, ...] = ()


def write_packet(
    study: Study, items: Sequence[Item], *, coder: str, path: Path, suggestions: bool = False
) -> PacketOut:
    """Write ``items`` as a spreadsheet for ``coder`` to answer, and remember what was asked.

    With ``suggestions`` the machine's stand beside the sentences, but never beside those of the
    audit and other blind samples. That they were shown is stored, before the file is there: what
    the coder decides on these sentences from now on counts as assisted, wherever.

    Raises :class:`UsageError` (no coder, a file of another kind or one that is there already, a
    study without suggestions), :class:`TooLittleError` if no sentence is left to ask, and
    :class:`InputError` if the file cannot be written; then nothing is stored.
    """
    coder = coder.strip()
    _may_write(study, path, coder, suggestions)
    asked: list[Item] = []
    left_out: list[Problem] = []
    for item in {i.sentence.id: i for i in items}.values():
        wrong = misfit(item) or _planted(item)
        left_out += [wrong] if wrong else []
        asked += [] if wrong else [item]
    if not asked:
        raise TooLittleError("no sentence is left for a packet", mend="precode status")
    shown = [_shown(item) if suggestions else None for item in asked]
    packet = _packet_id(coder, asked)
    sheets = forms(
        asked, shown, codebook=study.codebook, behaviour=study.settings.study.behaviour,
        coder=coder, packet=packet,
    )  # fmt: skip
    content = {
        "codebook": study.codebook.hash,
        "file": path.name,
        "after": study.store.last_event(),
        "sentences": [
            {
                "id": item.sentence.id,
                "check": text_check(item.sentence.text),
                "reason": str(item.reason),
                "suggested": seen is not None,
            }
            for item, seen in zip(asked, shown, strict=True)
        ],
    }
    with study.store.together():
        study.store.keep_codebook(study.codebook)
        study.store.keep_packet(packet, coder, content)
        study.store.append(
            [
                _showing(study, item, seen, coder, packet)
                for item, seen in zip(asked, shown, strict=True)
                if seen is not None
            ]
        )
        # last, so that what cannot be written was never sent
        if path.suffix.lower() == ".csv":
            write_csv(path, [c.header for c in sheets[0].columns], sheets[0].rows)
        else:
            write_forms(path, sheets)
    return PacketOut(packet, path, len(asked), tuple(left_out))


def _may_write(study: Study, path: Path, coder: str, suggestions: bool) -> None:
    if not coder:
        raise UsageError("a packet needs to know who codes", mend="--coder NAME")
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"--packet {path}: a packet is no {path.suffix or 'file without a suffix'}",
            mend=f"end it in {' or '.join(SUFFIXES)}",
        )
    if path.exists():
        raise UsageError(
            f"--packet {path} is there already, and may hold answers",
            mend="name a new file; to read answers: precode review --packet-in FILE",
        )
    if suggestions and study.settings.review.suggestion == "never":
        raise UsageError(
            "this study never shows suggestions",
            mend='leave out --with-suggestions, or set suggestion = "after" in precode.toml',
        )


def _planted(item: Item) -> Problem | None:
    """A probe measures how a coder meets a planted suggestion: on paper there is none."""
    if item.reason != Reason.PROBE and not (item.suggestion and item.suggestion.planted):
        return None
    return Problem(item.source, "a probe cannot be asked in a packet", "leave out --probe")


def _shown(item: Item) -> Suggestion | None:
    return None if item.reason in BLIND else item.suggestion


def _packet_id(coder: str, items: Iterable[Item]) -> str:
    named = json.dumps([coder, now(), *(i.sentence.id for i in items)])
    return f"p-{hashlib.sha256(named.encode('utf-8')).hexdigest()[:12]}"


def _showing(study: Study, item: Item, seen: Suggestion, coder: str, packet: str) -> Event:
    s = item.sentence
    return Event(
        EventKind.SHOWN, coder, s.transcript_id, s.start, s.end,
        codes=tuple(CodePolarity(c.code, c.polarity) for c in seen.codes),
        codebook=study.codebook.hash, reason=str(item.reason), batch=packet, model=seen.model,
        confidence=tuple(c.confidence for c in seen.codes),
    )  # fmt: skip

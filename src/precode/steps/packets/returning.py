"""``review --packet-in``: the answers of a returned packet into the study."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.codebook import Codebook
from precode.codings.cells import read_cells
from precode.codings.history import standing
from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason, Sentence
from precode.errors import InputError, Problem, UsageError, quoted
from precode.files.tables import read_grids
from precode.review.packet_layout import coder_named, find_layouts, packet_named
from precode.review.packets import Answer, Issued, Returned, read_answers
from precode.review.values import seen_before
from precode.steps.opening import Study
from precode.steps.packets.record import Sent, places_of, sent_as

MAX_MEGABYTES = 50  # a packet of 10,000 sentences has about 5


@dataclass(frozen=True, slots=True)
class Apart:
    """An answer that was not taken, because another stands. ``new``: not listed before."""

    cell: str
    text: str
    answer: str
    stands: str
    why: str
    new: bool


@dataclass(frozen=True, slots=True)
class PacketIn:
    """A packet as read: how many answers were ``stored`` (``nothing`` of them say that nothing
    applies), how many stood already (``unchanged``), how many sentences the file leaves
    ``unanswered``; answers kept ``aside``; ``problems`` by cell; ``notes`` on what was not read.
    """

    packet: str
    coder: str
    stored: int
    unchanged: int
    nothing: int
    unanswered: int
    aside: tuple[Apart, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    @property
    def settle(self) -> str:
        """The command that settles what is kept aside."""
        return f"precode review --coder {quoted(self.coder)}, then g to go back to the sentence"


def read_packet(study: Study, path: Path, *, coder: str = "") -> PacketIn:
    """Read the answers of a returned packet into the study, all that can be taken at once.

    An answer counts where its row is the one that went out and nothing else stands. Where this
    coder has decided the sentence otherwise since, or the file answers it twice, the answer is kept
    apart and what stands stays. Reading a file again stores nothing.

    Raises :class:`InputError` for a file that is no packet, is damaged, was never sent from this
    study or names another coder, and :class:`UsageError` if ``coder`` is not whom it was sent to.
    """
    grids = read_grids(path, max_megabytes=MAX_MEGABYTES)
    layouts = find_layouts(grids, path.name)
    sent = sent_as(study.store, packet_named(layouts, path.name), path.name)
    _check_coder(sent, coder.strip(), coder_named(grids), path.name)
    sentences = study.store.sentences()
    by_id = {s.id: s for s in sentences}
    issued = [Issued(r.id, r.check, by_id[r.id].text if r.id in by_id else None) for r in sent.rows]
    old = study.store.codebooks().get(sent.codebook, study.codebook)
    books = (old, study.codebook) if old.hash != study.codebook.hash else (study.codebook,)
    found = read_answers(layouts, sent.packet, issued, books=books, read_cells=read_cells)
    return _take(study, sent, found, sentences, path.name)


def _check_coder(sent: Sent, asked: str, named: str, name: str) -> None:
    if asked and asked != sent.coder:
        raise UsageError(
            f"{name} was sent to {sent.coder}, not to {asked}",
            mend=f"--coder {sent.coder}, or leave --coder out",
        )
    if named and named.casefold() != sent.coder.casefold():
        raise InputError(
            f"{name} was sent to {sent.coder}, but its sheet 'How to' names {named} as coder",
            mend=f"if {sent.coder} did answer it, put the name back; if not, send {named} a packet",
        )


def _take(
    study: Study, sent: Sent, found: Returned, sentences: Sequence[Sentence], name: str
) -> PacketIn:
    """Store what can be stored, keep apart what cannot, in one transaction."""
    by_id, asked = {s.id: s for s in sentences}, sent.by_id
    history = study.store.events()
    said = _Said(study, history, sent, sentences)
    events: list[Event] = []
    apart = [(a, "the file answers the sentence twice, differently") for a in found.torn]
    unchanged = 0
    seen = seen_before(history, sent.coder) | {r.id for r in sent.rows if r.suggested}
    for answer in found.answers:
        why = said.against(answer)
        if why is None:
            unchanged += 1
        elif why:
            apart.append((answer, why))
        else:
            s, audit = by_id[answer.sentence_id], asked[answer.sentence_id].reason == Reason.AUDIT
            events.append(
                Event(
                    EventKind.DECISION, sent.coder, s.transcript_id, s.start, s.end, answer.codes,
                    assisted=s.id in seen, codebook=answer.codebook,
                    reason=Reason.AUDIT if audit else Reason.PACKET, memo=answer.memo,
                    batch=sent.packet,
                )
            )  # fmt: skip
    rows = {_key(sent, a): _aside_row(sent, a, by_id, said, why, name) for a, why in apart}
    kept = {str(r.get("key", "")) for r in study.store.aside()}
    if events or rows.keys() - kept:
        study.store.backup("before-packet")
        with study.store.together():
            study.store.keep_codebook(study.codebook)
            study.store.append(events)
            new = study.store.set_aside(sent.packet, rows)
            study.store.log("packet-in", packet=sent.packet, stored=len(events), aside=new)
    return PacketIn(
        sent.packet, sent.coder, len(events), unchanged,
        sum(not e.codes for e in events), found.unanswered,
        tuple(
            Apart(a.cell, by_id[a.sentence_id].text, said.words(a.codes, a.memo),
                  said.now(a.sentence_id), why, _key(sent, a) not in kept)
            for a, why in apart
        ),
        found.problems, found.notes,
    )  # fmt: skip


class _Said:
    """What the packet's coder has said of its sentences so far."""

    def __init__(
        self, study: Study, history: Sequence[Event], sent: Sent, sentences: Sequence[Sentence]
    ) -> None:
        human, coder, ids = study.human_codes(tuple(sentences)), sent.coder, sent.by_id.keys()
        self._book = study.codebook
        self._read = {s for s, c in human.read if c == coder and s in ids}
        self._codes: dict[str, set[CodePolarity]] = {i: set() for i in self._read}
        for c in human.codings:
            if c.coder == coder and c.sentence_id in self._read:
                self._codes[c.sentence_id].add(CodePolarity(c.code, c.polarity))
        own = [e for e in history if e.coder == coder]
        places, decision = places_of(ids), EventKind.DECISION
        self._memos = {i: e.memo for e in standing(own) if e.kind is decision for i in places(e)}
        before = (e for e in own if e.kind is decision and e.batch == sent.packet)
        self._before = {i for e in before for i in places(e)}

    def against(self, answer: Answer) -> str | None:
        """Why the answer cannot be stored: "" if it can, None if it stands already."""
        key = answer.sentence_id
        if key not in self._read:
            return "it was read before, and taken back since" if key in self._before else ""
        if self._codes[key] != set(answer.codes):
            return "the coder has decided the sentence otherwise since"
        if answer.memo and answer.memo != self._memos.get(key, ""):
            return "the decision stands already, with another memo or none"
        return None

    def now(self, sentence_id: str) -> str:
        """What stands, in words."""
        if sentence_id not in self._read:
            return "undecided"
        return self.words(sorted(self._codes[sentence_id]), self._memos.get(sentence_id, ""))

    def words(self, codes: Iterable[CodePolarity], memo: str = "") -> str:
        """Codes and memo as a line: "Physical opportunity, barrier; Habits, both (memo: …)"."""
        said = "; ".join(_label(self._book, c) for c in codes) or "nothing applies"
        return f"{said} (memo: {memo})" if memo else said


def _label(book: Codebook, given: CodePolarity) -> str:
    label = book[given.code].label if given.code in book.leaf_ids else given.code
    return f"{label}, {given.polarity}" if given.polarity is not Polarity.NONE else label


def _key(sent: Sent, answer: Answer) -> str:
    """The same answer has the same key, wherever in whichever file it stands."""
    codes = sorted(f"{c.code} {c.polarity}" for c in answer.codes)
    content = [sent.packet, sent.coder, answer.sentence_id, codes, answer.memo]
    return hashlib.sha256(json.dumps(content).encode("utf-8")).hexdigest()[:24]


def _aside_row(
    sent: Sent, answer: Answer, by_id: Mapping[str, Sentence], said: _Said, why: str, name: str
) -> dict[str, object]:
    s = by_id[answer.sentence_id]
    return {
        "key": _key(sent, answer), "packet": sent.packet, "coder": sent.coder, "file": name,
        "cell": answer.cell, "sentence_id": s.id, "transcript_id": s.transcript_id,
        "start": s.start, "end": s.end, "text": s.text,
        "codes": [[c.code, c.polarity.value] for c in answer.codes], "memo": answer.memo,
        "codebook": answer.codebook, "answer": said.words(answer.codes), "stands": said.now(s.id), "why": why,
    }  # fmt: skip

"""What a study remembers of the packets it sent out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from precode.domain import Event, EventKind
from precode.errors import InputError
from precode.study.store import Store

CLOSED = "packet closed"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the study remembers of a packet."""

    packet: str
    coder: str
    codebook: str
    rows: tuple[Asked, ...]

    @property
    def by_id(self) -> dict[str, Asked]:
        return {r.id: r for r in self.rows}


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of a packet as it went out."""

    id: str
    check: str
    reason: str
    suggested: bool


def sent_as(store: Store, packet: str, name: str) -> Sent:
    """What went out under this id. Raises :class:`InputError` if nothing did."""
    known = store.packets()
    if packet not in known:
        raise InputError(
            f"{name} is packet {packet[:40]!r}, which this study has not sent out",
            mend="name the study it came from: --study FOLDER; or if that is a copy of this one, "
            "bring it in first: precode merge OTHER-COPY",
        )
    coder, content = known[packet]
    return Sent(packet, coder, str(content["codebook"]), _asked(content))


def _asked(content: Mapping[str, object]) -> tuple[Asked, ...]:
    rows = content["sentences"]
    assert isinstance(rows, list)
    return tuple(Asked(r["id"], r["check"], r["reason"], r["suggested"]) for r in rows)


def outstanding(store: Store) -> dict[str, frozenset[str]]:
    """Coder → sentences that are out in a packet and not answered yet, so that no queue asks them
    meanwhile. Answered means decided by that coder since, anywhere, or kept apart. A packet that
    was read back, or given up, holds nothing any more; what it left unanswered is asked again.
    """
    waiting: dict[str, dict[str, int]] = {}  # coder → sentence → the last event before it went out
    closed = _closed(store)
    for packet, (coder, content) in store.packets().items():
        if packet in closed:
            continue
        after = content["after"]
        assert isinstance(after, int)
        waiting.setdefault(coder, {}).update({r.id: after for r in _asked(content)})
    if not waiting:
        return {}
    for row in store.aside():
        waiting.get(str(row.get("coder")), {}).pop(str(row.get("sentence_id")), None)
    places = {coder: places_of(ids) for coder, ids in waiting.items()}
    for e in store.events():
        if e.kind is EventKind.DECISION and e.coder in waiting:
            for i in places[e.coder](e):
                if waiting[e.coder].get(i, e.seq) < e.seq:
                    del waiting[e.coder][i]
    return {coder: frozenset(ids) for coder, ids in waiting.items()}


def close_packet(store: Store, packet: str, why: str) -> None:
    """Wait for ``packet`` no longer. It can still be read when it comes."""
    if packet not in _closed(store):
        store.log(CLOSED, packet=packet, why=why)


def close_all(store: Store, coder: str) -> int:
    """Wait for no packet of ``coder`` any longer; returns how many that were."""
    closed = _closed(store)
    gone = [p for p, (who, _) in store.packets().items() if who == coder and p not in closed]
    for packet in gone:
        close_packet(store, packet, "given up")
    return len(gone)


def _closed(store: Store) -> set[str]:
    return {
        str(detail.get("packet"))
        for entry in store.logged()
        if entry["verb"] == CLOSED and isinstance(detail := entry["detail"], dict)
    }


def places_of(ids: Iterable[str]) -> Callable[[Event], list[str]]:
    """A function from an act to those of the sentences ``ids`` that lie inside it."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for i in ids:
        transcript, _, span = i.rpartition(":")
        start, _, end = span.partition("-")
        found.setdefault(transcript, []).append((int(start), int(end), i))

    def inside(e: Event) -> list[str]:
        near = found.get(e.transcript_id, ())
        return [i for start, end, i in near if e.start <= start and end <= e.end]

    return inside

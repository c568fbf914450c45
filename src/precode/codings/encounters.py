"""The history of coding acts, read for what coders did when they saw the machine's suggestion."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from precode.codings.history import standing
from precode.domain import Encounter, Event, EventKind, Reason, Sentence

Numbered = tuple[int, Event]
"""(place in the history, event)."""


def encounters(events: Iterable[Event]) -> tuple[Encounter, ...]:
    """Each (coder, sentence) that was shown a suggestion, once, in the order of showing.

    - ``first`` is the coder's decision that stood, unaided, when the suggestion appeared, even if
      it was taken back afterwards. The encounter is then that with the first suggestion, and ends
      where a different one was shown later (the model had learned since).
    - Without such a decision, the encounter is that with the suggestion in view when the coder
      decided first.
    - Probes stand apart: acts with :attr:`Reason.PROBE` belong to the planted suggestion, the
      others to the true one. If a probe was in view from the start, ``first`` is what the coder
      had decided unaided before.

    A decision counts for the sentence shown if it covers it whole: it may cover its neighbours too.
    """
    history = list(enumerate(events))
    decided = _Decided(history)
    shown: dict[tuple[str, str, int, int, bool], list[Numbered]] = {}
    for at, e in history:
        if e.kind is EventKind.SHOWN:
            key = (e.coder, e.transcript_id, e.start, e.end, _probe(e))
            shown.setdefault(key, []).append((at, e))
    found = [_encounter(views, decided.acts(views[0][1])) for views in shown.values()]
    return tuple(e for _, e in sorted(found, key=lambda pair: pair[0]))


def unshown(events: Iterable[Event]) -> tuple[tuple[str, str, float], ...]:
    """(coder, transcript id, seconds) of every standing, timed decision on a sentence for which
    this coder was never shown a suggestion: how long deciding takes without one.
    """
    history = list(events)
    shown: dict[tuple[str, str], list[Event]] = {}
    for e in history:
        if e.kind is EventKind.SHOWN:
            shown.setdefault((e.coder, e.transcript_id), []).append(e)
    for views in shown.values():
        views.sort(key=lambda e: (e.start, e.end))
    starts = {key: [e.start for e in views] for key, views in shown.items()}

    def met(e: Event) -> bool:
        key = (e.coder, e.transcript_id)
        low = bisect_left(starts.get(key, []), e.start)
        return low < len(starts.get(key, [])) and shown[key][low].end <= e.end

    return tuple(
        (e.coder, e.transcript_id, e.seconds)
        for e in standing(history)
        if e.kind is EventKind.DECISION and e.seconds is not None and not e.assisted and not met(e)
    )


def _encounter(views: Sequence[Numbered], acts: Sequence[Numbered]) -> tuple[int, Encounter]:
    """``views``: one coder's SHOWN events of one sentence; ``acts``: their decisions on it and what
    took those back, both in order.
    """
    at, view = views[0]
    probe = _probe(view)
    mine = [(i, e) for i, e in acts if _probe(e) is probe or e.kind is EventKind.UNDO]
    first = _last(mine, before=at, unaided=True)
    if first is None and probe:
        first = _last([(i, e) for i, e in acts if not _probe(e)], before=at, unaided=True)
    until: int | None = None
    if first is not None:
        until = next((i for i, e in views if set(e.codes) != set(view.codes)), None)
    else:
        after = (i for i, e in mine if i > at and e.kind is EventKind.DECISION)
        decision = next(after, None)
        if decision is not None:
            at, view = [pair for pair in views if pair[0] < decision][-1]
    final = _last(mine, before=until)
    late = final is not None and any(e is final and i > at for i, e in mine)
    if first is None and not late:
        final = None  # decided with another suggestion in view, before this one
    return at, Encounter(
        coder=view.coder,
        sentence_id=Sentence.make_id(view.transcript_id, view.start, view.end),
        transcript_id=view.transcript_id,
        first=first.codes if first else None,
        shown=view.codes,
        final=final.codes if final else None,
        confidence=view.confidence if len(view.confidence) == len(view.codes) else (),
        seconds_first=first.seconds if first else None,
        seconds_revision=final.seconds if final and late else None,
        probe=probe,
        at=view.at,
        model=view.model,
    )


def _last(acts: Sequence[Numbered], *, before: int | None, unaided: bool = False) -> Event | None:
    """The last decision that stands when ``before`` comes (None: at the end)."""
    then = [e for i, e in acts if before is None or i < before]
    kept = [e for e in standing(then) if e.kind is EventKind.DECISION]
    return kept[-1] if kept and not (unaided and kept[-1].assisted) else None


def _probe(event: Event) -> bool:
    return event.reason == Reason.PROBE


class _Decided:
    """Decisions by coder and place, each with the UNDOs that reach it."""

    def __init__(self, history: Sequence[Numbered]) -> None:
        rows: dict[tuple[str, str], list[Numbered]] = {}
        root: dict[tuple[str, int], int] = {}  # (coder, seq) → place of the decision it is about
        self._undos: dict[int, list[Numbered]] = {}
        for at, e in history:
            if e.kind is EventKind.DECISION:
                rows.setdefault((e.coder, e.transcript_id), []).append((at, e))
                if e.seq:
                    root[e.coder, e.seq] = at
            elif e.kind is EventKind.UNDO and e.undoes and (e.coder, e.undoes) in root:
                about = root[e.coder, e.seq] = root[e.coder, e.undoes]
                self._undos.setdefault(about, []).append((at, e))
        self._rows = {
            key: sorted(mine, key=lambda pair: (pair[1].start, pair[0]))
            for key, mine in rows.items()
        }
        self._starts = {key: [e.start for _, e in mine] for key, mine in self._rows.items()}
        self._longest = {
            key: max(e.end - e.start for _, e in mine) for key, mine in self._rows.items()
        }

    def acts(self, view: Event) -> list[Numbered]:
        """Decisions of ``view``'s coder that cover it whole, and their UNDOs, in order."""
        key = (view.coder, view.transcript_id)
        if key not in self._rows:
            return []
        starts = self._starts[key]
        low = bisect_left(starts, view.end - self._longest[key])
        high = bisect_right(starts, view.start)
        covering = [(i, e) for i, e in self._rows[key][low:high] if e.end >= view.end]
        undos = [pair for i, _ in covering for pair in self._undos.get(i, ())]
        return sorted((*covering, *undos), key=lambda pair: pair[0])

"""What a review asks of the study, and the order in which it asks: audit sentences spread among
those the machine wants to know about, sentences of colleagues, and planted errors.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from precode.agreement.assistance import Probes, probes
from precode.codings.encounters import encounters
from precode.codings.history import standing
from precode.domain import Event, EventKind, Reason, Sentence
from precode.review.source import Line
from precode.review.values import BLIND, Item
from precode.steps.loop.auditing import note_reached
from precode.steps.loop.background import Background
from precode.steps.loop.probing import Probe, planted
from precode.steps.loop.ranking import Ranked
from precode.steps.loop.relearn import Ranking, kept, place
from precode.steps.loop.scene import Scene
from precode.steps.loop.settling import log_learned
from precode.steps.opening import Study

FEW = 5  # audit answers: of fewer, agreement would tell what the machine says of each
BATCH = 25  # items made at once: enough that none is waited for, few enough to make in no time

_TELLS_NOTHING = {
    Reason.UNCERTAIN: "the model is unsure here",
    Reason.RARE: "the model may learn a rare code here",
}
ACTS = (EventKind.DECISION, EventKind.SKIP)


class Asking:
    """One coder's session with the study; implements :class:`precode.review.source.Source`.

    ``audit``, ``overlap`` and ``pool`` are ids in the order of asking, the last for when there is no
    ranking; so are those of ``assigned``, each with why: they come before all but the audit sample. ``answers`` are this coder's codes by sentence id. ``within`` names transcripts if the
    session is about some only: how far the queue has come is then not noted.
    """

    def __init__(
        self,
        study: Study,
        scene: Scene,
        *,
        coder: str,
        audit: Iterable[str],
        assigned: Mapping[str, str],
        overlap: Iterable[str],
        pool: Sequence[str],
        answers: Mapping[str, frozenset[str]],
        earlier: Sequence[Event],
        limit: int | None,
        within: Collection[str],
        background: Background | None,
        planned: Sequence[Probe],
    ) -> None:
        self._study, self._scene = study, scene
        self._audit, self._overlap, self._pool = deque(audit), deque(overlap), deque(pool)
        self._why, self._assigned = assigned, deque(assigned)
        self._sample = frozenset(study.store.audit_sample())
        self._closed = self._sample.union(assigned)
        self._answers = dict(answers)
        self._earlier = {e.seq: e for e in earlier}
        self._limit, self._background = limit, background
        self._probes = deque(planned)
        self._session: list[Event] = []
        self._handed: dict[str, None] = {}  # in order
        self._since = 0
        self._agreed = ""
        self._trouble = ""
        self._slot = 0
        self._owed = 0.0
        self._evidence: dict[str, tuple[str, ...]] = {}
        self._fetched: dict[str, tuple[deque[Any], Any]] = {}  # id → where it came from, as what
        self._reached: list[str] = []
        self._within = within
        self._ranking: Ranking | None = None
        self._ranked: Iterator[Ranked] = iter(())
        self._place = place(study.folder, coder, within)
        self._take_up(kept(self._place))

    # -- Source --------------------------------------------------------------------------------

    def store(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Append ``events``; on return they are on the disk."""
        stored = self._study.store.append(events)
        for e in stored:
            self._session.append(e)
            if e.kind in ACTS:
                self._since += 1
            self._take_in(e)
        return stored

    def _take_in(self, event: Event) -> None:
        """Keep the coder's answers as they stand after ``event``."""
        if event.kind is EventKind.DECISION and event.reason != Reason.PROBE:
            codes = frozenset(c.code for c in event.codes)
            self._answers.update(dict.fromkeys(self._scene.inside(event), codes))
        elif event.kind is EventKind.UNDO:
            gone = self._earlier.get(event.undoes or 0) or next(
                (e for e in self._session if e.seq == event.undoes), None
            )
            for i in self._scene.inside(gone) if gone and gone.kind is EventKind.DECISION else ():
                self._answers.pop(i, None)
            for e in standing([*self._earlier.values(), *self._session]):  # what was said before
                if (
                    gone
                    and e.kind is EventKind.DECISION
                    and e.transcript_id == gone.transcript_id
                    and e.start < gone.end
                    and e.end > gone.start
                ):
                    self._take_in(e)

    def find(self, text: str) -> tuple[Item, ...]:
        """Codable sentences with the words of ``text``. None of the audit sample: those are asked
        in their turn, or chance would no longer decide which of them are answered.
        """
        found = (i for i in self._scene.find(text) if i not in self._sample or i in self._answers)
        return tuple(self._item(i, Reason.FOUND, why="you looked for it") for i in found)

    def more(self) -> tuple[Item, ...]:
        """The next items, none that was handed out before."""
        return self._compose()

    def refill(self) -> tuple[Item, ...] | None:
        """A new order, once the machine has learned again. Starts that where it is due."""
        if self._background is None:
            return None
        if self._since >= self._study.settings.review.retrain_every and not self._background.busy:
            self._background.start()
            self._since = 0
        ended = self._background.finished()
        if ended is not None:
            self._trouble = self._background.said() if ended else ""
        if ended != 0:
            return None
        before = self._ranking
        self._take_up(kept(self._place))
        if self._ranking is None or self._ranking is before:
            return None
        log_learned(self._study, before, self._ranking)
        acted = self._acted()
        # all but the sentence now before the coder may be asked anew, in another order
        waiting = [i for i in self._handed if i not in acted]
        self._handed = dict.fromkeys([*acted, *waiting[:1]])
        self._put_back(waiting[1:])
        return self._compose()

    def whole(self, item: Item) -> tuple[Line, ...]:
        """The transcript of ``item``."""
        return self._scene.whole(item)

    def evidence(self, item: Item) -> tuple[str, ...]:
        """What speaks for the suggestion and against it."""
        return self._evidence.get(item.sentence.id, ())

    def agreement(self) -> str:
        """Machine and coder on the audit sample when the machine learned last, in one line; or that
        it cannot learn. Not after each answer: a figure that moves with the answer just given would
        tell what the machine says of that sentence, while the answer can still be changed.
        """
        if self._trouble:
            return "the machine cannot learn just now; your decisions are stored all the same"
        return self._agreed

    @property
    def trouble(self) -> str:
        """Why the machine could not learn the last time it tried; "" if it could."""
        return self._trouble

    def _agreement(self) -> str:
        given = self._ranking.given if self._ranking and self._ranking.model else {}
        judged = [i for i in self._sample if i in given and i in self._answers]
        if len(judged) < FEW:
            return ""
        same = sum(frozenset(given[i]) == self._answers[i] for i in judged)
        return f"audit sample: machine gives the same codes for {same} of {len(judged)}"

    def further(self, n: int) -> tuple[Item, ...]:
        """The next ``n`` items at most, without regard to what was decided meanwhile."""
        return self._compose(n)

    def probed(self) -> Probes:
        """What came of the planted errors of this session."""
        return probes(encounters(self._session))

    # -- the order -----------------------------------------------------------------------------

    def first(self) -> tuple[Item, ...]:
        """What a session begins with. Starts learning where codes have come since it was done."""
        last = self._study.store.last_event()
        known = self._ranking.last_event if self._ranking and self._fits(self._ranking) else -1
        if self._background is not None and known < last:
            self._background.start()
        return self._compose()

    def _take_up(self, ranking: Ranking | None) -> None:
        self._ranking = ranking
        self._ranked = iter(ranking.items if ranking else ())
        self._agreed = self._agreement()
        if ranking and not self._fits(ranking):  # its order will do until the machine has learned
            self._ranked = (replace(r, suggestion=None, evidence=()) for r in ranking.items)

    def _fits(self, ranking: Ranking) -> bool:
        """Whether the codes it speaks of are the codebook's, which may have changed since."""
        return not ranking.gives or ranking.gives.keys() == set(self._study.codebook.leaf_ids)

    def _compose(self, n: int = BATCH) -> tuple[Item, ...]:
        acted = self._acted()
        if self._limit is not None:
            n = min(n, self._limit - len(acted.union(self._handed)))
        out: list[Item] = []
        while len(out) < n and (item := self._next(acted)) is not None:
            self._handed[item.sentence.id] = None
            out.append(item)
        if self._reached and not self._within:
            note_reached(self._study, self._reached)
        self._reached = []
        return tuple(out)

    def _next(self, acted: Collection[str]) -> Item | None:
        review, every = self._study.settings.review, self._study.settings.audit.every
        slot, self._slot = self._slot, self._slot + 1
        if slot % every == 0 and (i := self._pop(self._audit, acted)):
            return self._item(i, Reason.AUDIT, why="picked at random")
        if i := self._pop(self._assigned, acted):
            # one of the audit sample stays that, and counts when it is its turn
            reason = Reason.AUDIT if i in self._sample else Reason.ASSIGNED
            return self._item(i, reason, why=self._why[i])
        if self._probes and slot >= self._probes[0].slot:
            probe = self._probes.popleft()
            self._fetched[probe.sentence_id] = self._probes, probe
            return planted(self._item(probe.sentence_id, Reason.PROBE), probe)
        self._owed += review.overlap if self._overlap else 0.0
        if self._owed >= 1 and (i := self._pop(self._overlap, acted)):
            self._owed -= 1
            # told as random, for it is: that a colleague has decided it would be a hint
            return self._item(i, Reason.OVERLAP, why="picked at random")
        for ranked in self._ranked:
            if ranked.sentence_id in self._sample:
                self._reached.append(ranked.sentence_id)
            elif ranked.sentence_id in self._scene and self._open(ranked.sentence_id, acted):
                told = f"Asked because {ranked.why}." if ranked.why else ""
                self._evidence[ranked.sentence_id] = (*ranked.evidence, *filter(None, [told]))
                why = self._may_tell(ranked)
                return self._item(ranked.sentence_id, ranked.reason, why=why, ranked=ranked)
        if i := self._pop(self._pool, acted):
            return self._item(i, Reason.RANDOM, why="picked at random")
        if i := self._pop(self._audit, acted):
            return self._item(i, Reason.AUDIT, why="picked at random")
        if i := self._pop(self._overlap, acted):
            return self._item(i, Reason.OVERLAP, why="picked at random")
        return None

    def _put_back(self, ids: Sequence[str]) -> None:
        """Sentences that were fetched and not asked stand first again where they came from."""
        for i in reversed(ids):
            if i in self._fetched:
                queue, what = self._fetched.pop(i)
                queue.appendleft(what)

    def _may_tell(self, ranked: Ranked) -> str:
        """Why a sentence is asked, without naming a code: that would be the suggestion, too early."""
        if self._study.settings.review.suggestion == "before":
            return ranked.why
        return _TELLS_NOTHING.get(Reason(ranked.reason), ranked.why)

    def _pop(self, ids: deque[str], acted: Collection[str]) -> str:
        """The first of ``ids`` that may be asked; "" if none may."""
        while ids:
            if self._open(i := ids.popleft(), acted):
                self._fetched[i] = ids, i
                return i
        return ""

    def _open(self, sentence_id: str, acted: Collection[str]) -> bool:
        return not (
            sentence_id in self._answers or sentence_id in self._handed or sentence_id in acted
        )

    def _item(
        self, sentence_id: str, reason: str, *, why: str = "", ranked: Ranked | None = None
    ) -> Item:
        told = ranked.suggestion if ranked and reason not in BLIND else None
        # beside a suggestion no passage takes in what is to be coded without one
        kept = self._sample if reason in BLIND else self._closed
        return self._scene.item(
            sentence_id,
            reason,
            read=self._answers,
            kept=kept,
            why=why,
            suggestion=told,
        )

    def _acted(self) -> frozenset[str]:
        """Ids of the sentences decided or skipped in this session, as far as that stands."""
        return frozenset(
            Sentence.make_id(e.transcript_id, e.start, e.end)
            for e in standing(self._session)
            if e.kind in ACTS
        )

"""``review``: the sentences where a coder's judgement is worth most, with random ones between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from precode.active.queue import order_queue, score_uncertainty
from precode.codings.history import pending_skips
from precode.domain import Event, Polarity, Sentence, Turn
from precode.errors import TooLittleError, UsageError
from precode.model.predictions import Predictions
from precode.review.values import Done, Item, Setup, Suggested, Suggestion, seen_before, undoable
from precode.steps.opening import Study, open_study
from precode.steps.predict import latest_run

CONTEXT_WORDS = 60  # of a turn before or after: three fill half a small terminal


@dataclass(frozen=True, slots=True)
class Session:
    """All that a terminal needs to run a review. ``store`` keeps events durably and returns them
    with their numbers; ``past`` are this coder's earlier acts that undo can take back; ``seen`` the
    sentences whose suggestion this coder may have seen before.
    """

    setup: Setup
    items: tuple[Item, ...]
    past: tuple[Done, ...]
    seen: frozenset[str]
    study: Study

    def store(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Append ``events``; on return they are on the disk."""
        return self.study.store.append(events)


@contextmanager
def reviewing(
    path: Path, *, coder: str, n: int | None = None, transcripts: Sequence[str] = ()
) -> Iterator[Session]:
    """A review of the study at ``path`` by ``coder``, up to ``n`` sentences (default: all left),
    of ``transcripts`` only if some are named. Holds the study's write lock until it ends.

    Raises :class:`TooLittleError` if nothing is left for this coder.
    """
    coder = coder.strip()
    if not coder:
        raise UsageError("a review needs to know who codes", mend="--coder YOUR_NAME")
    with open_study(path, verb="review", write=True) as study:
        sentences = study.store.sentences()
        if not sentences:
            raise TooLittleError(
                "the study has no sentence to review yet", mend="precode add FILES"
            )
        names = {t.id: t.name for t in study.store.transcripts()}
        unknown = [t for t in transcripts if t not in names.values()]
        if unknown:
            raise UsageError(
                f"no transcript is called {unknown[0]!r}",
                mend=f"transcripts: {', '.join(names.values())}",
            )
        events = study.store.events()
        human = study.human_codes(sentences)
        read = {s for s, c in human.read if c == coder}
        pool = [
            s for s in sentences
            if s.codable and s.id not in read and (not transcripts or names[s.transcript_id] in transcripts)
        ]  # fmt: skip
        run = latest_run(study)
        predictions = run[1] if run else None
        order = _order(study, pool, events, coder, predictions)
        if n is not None:
            order = order[:n]
        if not order:
            raise TooLittleError(
                f"nothing is left to review for {coder}", mend="add transcripts, or: precode report"
            )
        scene = _Scene(study, sentences, predictions)
        by_id = {s.id: s for s in sentences}
        study.store.keep_codebook(study.codebook)
        setup = Setup(coder, study.codebook, study.settings.review.suggestion)
        past = tuple(d for d in map(scene.done, undoable(events, coder)) if d is not None)
        yield Session(
            setup,
            tuple(scene.item(by_id[i], reason) for i, reason in order),
            past,
            seen_before(events, coder),
            study,
        )


def _order(
    study: Study,
    pool: Sequence[Sentence],
    events: Sequence[Event],
    coder: str,
    predictions: Predictions | None,
) -> list[tuple[str, str]]:
    """(sentence id, reason), most worth asking first; what was skipped comes last."""
    ids = [s.id for s in pool]
    uncertainty = None
    if predictions is not None and ids:
        # codes that were not modelled (NaN) have no say; nothing is as uncertain as a sentence
        # that the run has not seen
        known = dict(
            zip(
                predictions.sentence_ids,
                score_uncertainty(np.nan_to_num(predictions.p)).tolist(),
                strict=True,
            )
        )
        uncertainty = np.array([known.get(i, 1.0) for i in ids])
    # the order depends on what was coded, so that the next session draws anew
    rng = np.random.default_rng([study.settings.train.seed, len(events)])
    queue = order_queue(ids, uncertainty, random_share=study.settings.review.random_share, rng=rng)
    place = {(s.transcript_id, s.start, s.end): s.id for s in pool}
    skipped = {
        place[span] for (span, who) in pending_skips(events) if who == coder and span in place
    }
    kept = [(q.sentence_id, q.reason) for q in queue if q.sentence_id not in skipped]
    return kept + [(q.sentence_id, q.reason) for q in queue if q.sentence_id in skipped]


class _Scene:
    """Sentences as items: with the talk around them, and what the machine would say."""

    def __init__(
        self, study: Study, sentences: Sequence[Sentence], predictions: Predictions | None
    ) -> None:
        self._turns: Mapping[str, Sequence[Turn]] = study.store.turns()
        self._transcripts = {t.id: t for t in study.store.transcripts()}
        self._by_id = {s.id: s for s in sentences}
        self._by_place = {(s.transcript_id, s.start, s.end): s for s in sentences}
        self._context = study.settings.review.context
        self._predictions = predictions
        self._row = {s: i for i, s in enumerate(predictions.sentence_ids)} if predictions else {}

    def item(self, sentence: Sentence, reason: str) -> Item:
        """``sentence`` with its turn, the turns before and after, and a suggestion if there is one."""
        turns = self._turns[sentence.transcript_id]
        text = self._transcripts[sentence.transcript_id].text
        own = turns[sentence.turn]
        before = [
            (t.speaker, _last_words(text[t.start : t.end]))
            for t in turns[max(0, sentence.turn - self._context) : sentence.turn]
        ]
        after = [
            (t.speaker, _first_words(text[t.start : t.end]))
            for t in turns[sentence.turn + 1 : sentence.turn + 1 + self._context]
        ]
        head, tail = text[own.start : sentence.start].strip(), text[sentence.end : own.end].strip()
        before += [(own.speaker, _last_words(head))] if head else []
        after = ([(own.speaker, _first_words(tail))] if tail else []) + after
        return Item(
            sentence,
            own.speaker,
            tuple(before),
            tuple(after),
            reason,
            self._suggestion(sentence.id),
            self._transcripts[sentence.transcript_id].name,
        )

    def done(self, event: Event) -> Done | None:
        """An earlier act with its item; None if its sentence is no more (a changed transcript)."""
        sentence = self._by_place.get((event.transcript_id, event.start, event.end))
        return Done(event, self.item(sentence, event.reason), earlier=True) if sentence else None

    def _suggestion(self, sentence_id: str) -> Suggestion | None:
        found, row = self._predictions, self._row.get(sentence_id)
        if found is None or row is None:
            return None
        return Suggestion(
            tuple(
                Suggested(code, Polarity(str(found.polarity[row, j])), float(found.p[row, j]))
                for j, code in enumerate(found.codes)
                if found.decision[row, j]
            )
        )


def _last_words(text: str) -> str:
    """The end of a long turn: what stands nearest to the sentence in question."""
    words = text.split()
    return text if len(words) <= CONTEXT_WORDS else "… " + " ".join(words[-CONTEXT_WORDS:])


def _first_words(text: str) -> str:
    """The beginning of a long turn."""
    words = text.split()
    return text if len(words) <= CONTEXT_WORDS else " ".join(words[:CONTEXT_WORDS]) + " …"

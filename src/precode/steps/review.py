"""``review``: the sentences where a coder's judgement is worth most, the audit sample among them."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from precode.codings.consensus import TAKEN, is_consensus
from precode.domain import Event, HumanCodes, Polarity, Sentence
from precode.errors import TooLittleError, UsageError, quoted
from precode.review.values import Done, Item, Setup, seen_before, undoable
from precode.steps.loop.asking import Asking
from precode.steps.loop.auditing import Drawn, keep_audit
from precode.steps.loop.background import Background
from precode.steps.loop.judging import log_advice
from precode.steps.loop.pools import not_to_ask, of_colleagues, skips, unread
from precode.steps.loop.probing import Probe, plan
from precode.steps.loop.relearn import kept, place, relearn
from precode.steps.loop.scene import Scene
from precode.steps.opening import Progress, Study, open_study, silent
from precode.steps.packets.record import outstanding
from precode.steps.together import rounds


@dataclass(frozen=True, slots=True)
class Session:
    """All that a terminal needs to run a review. ``past`` are this coder's earlier acts that undo
    can take back; ``seen`` the sentences whose suggestion this coder has seen before. ``drawn``
    says what the audit sample came to, if it was drawn now; ``probes`` how many errors are planted.
    """

    setup: Setup
    items: tuple[Item, ...]
    past: tuple[Done, ...]
    seen: frozenset[str]
    source: Asking
    study: Study
    drawn: Drawn | None
    probes: int


@contextmanager
def reviewing(
    path: Path,
    *,
    coder: str,
    n: int | None = None,
    transcripts: Sequence[str] = (),
    probes: int = 0,
    background: bool = True,
    progress: Progress = silent,
) -> Iterator[Session]:
    """A review of the study at ``path`` by ``coder``, up to ``n`` sentences (default: all left),
    of ``transcripts`` only if some are named. Holds the study's write lock until it ends.

    With ``background`` the machine learns beside the review; without it once, before the review
    begins, so that the same study gives the same order. ``probes``: see
    :mod:`precode.steps.loop.probing`. Raises :class:`TooLittleError` if nothing is left for this coder.
    """
    coder = coder.strip()
    if not coder:
        raise UsageError("a review needs to know who codes", mend="--coder YOUR_NAME")
    if is_consensus(coder):
        raise UsageError(TAKEN, mend="another name for --coder, or: precode adjudicate")
    with open_study(path, verb="review", write=True) as study:
        sentences = study.store.sentences()
        if not sentences:
            raise TooLittleError(
                "the study has no sentence to review yet", mend="precode add FILES"
            )
        within = within_of(study, transcripts)
        same_person(study, coder)
        study.store.keep_codebook(study.codebook)
        human = study.human_codes(sentences)
        busy = frozenset().union(*outstanding(study.store).values())
        drawn = keep_audit(study, sentences, {s for s, _ in human.read}, busy)
        if not background:
            relearn(path, coder=coder, within=within, progress=progress)
        helper = Background(path, coder, within) if background else None
        last = study.store.last_event()
        try:
            session = _session(study, sentences, human, coder, n, within, probes, helper, drawn)
            # a hundred thousand sentences that stay as they are: looking through them for garbage
            # would hold up a key for a tenth of a second, now and then
            gc.freeze()
            yield session
        finally:
            gc.unfreeze()
            if helper is not None:
                helper.stop()
        if study.store.last_event() > last:
            log_advice(study)


def same_person(study: Study, coder: str) -> None:
    """Raise :class:`UsageError` for "anna" where ANNA has coded: one person under two names would be
    asked everything twice, and her agreement with herself reported as that of two people.
    """
    coded = {e.coder for e in study.store.events()}
    known = coded | rounds.coders(study)
    alike = sorted(c for c in known if _bare(c) == _bare(coder))
    if alike and coder not in known:
        raise UsageError(
            f"{coder} has coded nothing here, but {alike[0]} "
            + ("has" if alike[0] in coded else "was given a round"),
            mend=f"--coder {quoted(alike[0])}; if {coder} is somebody else, a name less alike",
        )


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())


def within_of(study: Study, wanted: Sequence[str]) -> tuple[str, ...]:
    """Ids of the transcripts called ``wanted``. Raises :class:`UsageError` for an unknown one."""
    ids = {t.name: t.id for t in study.store.transcripts()}
    unknown = [t for t in wanted if t not in ids]
    if unknown:
        raise UsageError(
            f"no transcript is called {unknown[0]!r}", mend=f"transcripts: {', '.join(ids)}"
        )
    return tuple(ids[t] for t in wanted)


def _session(
    study: Study,
    sentences: tuple[Sentence, ...],
    human: HumanCodes,
    coder: str,
    n: int | None,
    within: tuple[str, ...],
    probes: int,
    background: Background | None,
    drawn: Drawn | None,
) -> Session:
    events = study.store.events()
    rng = np.random.default_rng([study.settings.train.seed, len(events)])
    own = _own(human, coder)
    planned = _plan(study, own, coder, events, probes, rng)
    scene = Scene(study, sentences)
    past_events = undoable(events, coder)
    skipped = skips(events, coder)
    asking = Asking(
        study,
        scene,
        coder=coder,
        audit=_audit(study, sentences, own, coder, skipped, within),
        assigned=_assigned(study, own, coder, skipped, within),
        overlap=_overlap(study, sentences, own, coder, events, within, rng),
        pool=_pool(study, sentences, human, coder, skipped, within, rng),
        answers={i: frozenset(codes) for i, codes in own.items()},
        earlier=past_events,
        limit=n,
        within=within,
        background=background,
        planned=planned,
    )
    items = asking.first()
    if not items:
        raise TooLittleError(
            f"nothing is left to review for {coder}", mend="add transcripts, or: precode report"
        )
    past = (scene.done(e, read=own) for e in past_events)
    return Session(
        Setup(coder, study.codebook, study.settings.review.suggestion, n),
        items,
        tuple(d for d in past if d is not None),
        seen_before(events, coder),
        asking,
        study,
        drawn,
        len(planned),
    )


def _own(human: HumanCodes, coder: str) -> dict[str, dict[str, Polarity]]:
    """Sentence id → what stands of ``coder`` on it; empty for "nothing applies"."""
    own: dict[str, dict[str, Polarity]] = {s: {} for s, who in human.read if who == coder}
    for c in human.codings:
        if c.coder == coder:
            own[c.sentence_id][c.code] = c.polarity
    return own


def _audit(
    study: Study,
    sentences: Sequence[Sentence],
    own: Collection[str],
    coder: str,
    skipped: Mapping[str, int],
    within: Collection[str],
) -> list[str]:
    """The audit sentences that ``coder`` has not answered, those skipped before last."""
    open_to = set(unread(sentences, own, within))
    held = outstanding(study.store).get(coder, frozenset())
    left = [i for i in study.store.audit_sample() if i in open_to and i not in held]
    return sorted(left, key=lambda i: skipped.get(i, 0))


def _assigned(
    study: Study,
    own: Collection[str],
    coder: str,
    skipped: Mapping[str, int],
    within: Collection[str],
) -> dict[str, str]:
    """What ``coder`` has still to code alone, with why, what was skipped before last."""
    held = outstanding(study.store).get(coder, frozenset())
    given = rounds.given_to(study, coder, read=own, within=within)
    open_to = sorted((i for i in given if i not in held), key=lambda i: skipped.get(i, 0))
    return {i: given[i] for i in open_to}


def _overlap(
    study: Study,
    sentences: Sequence[Sentence],
    own: Collection[str],
    coder: str,
    events: Sequence[Event],
    within: Collection[str],
    rng: np.random.Generator,
) -> list[str]:
    if within:  # whole transcripts are coded again, by who names them
        return []
    open_to = set(unread(sentences, own, within))
    sample = frozenset(study.store.audit_sample())
    return [i for i in of_colleagues(events, sample, coder=coder, rng=rng) if i in open_to]


def _pool(
    study: Study,
    sentences: Sequence[Sentence],
    human: HumanCodes,
    coder: str,
    skipped: Mapping[str, int],
    within: Collection[str],
    rng: np.random.Generator,
) -> list[str]:
    """What may be asked without a ranking, in random order, those skipped before last."""
    taken = not_to_ask(study, human, coder=coder, own_only=bool(within))
    left = unread(sentences, taken.union(study.store.audit_sample()), within)
    return sorted((left[i] for i in rng.permutation(len(left))), key=lambda i: skipped.get(i, 0))


def _plan(
    study: Study,
    own: Mapping[str, Mapping[str, Polarity]],
    coder: str,
    events: Sequence[Event],
    probes: int,
    rng: np.random.Generator,
) -> tuple[Probe, ...]:
    """Planted errors on audit sentences that ``coder`` has decided and was never probed on."""
    if not probes:
        return ()
    before = {
        Sentence.make_id(e.transcript_id, e.start, e.end)
        for e in events
        if e.coder == coder and e.reason == "probe"
    }
    audit = [i for i in study.store.audit_sample() if i not in before]
    ranking = kept(place(study.folder, coder))
    told = (r.suggestion for r in (ranking.items if ranking else ()) if r.suggestion)
    usual = [code.confidence for suggestion in told for code in suggestion.codes]
    planned = plan(own, audit, codebook=study.codebook, n=probes, rng=rng, usual=usual)
    if not planned:
        raise TooLittleError(
            f"{coder} has answered no audit sentence yet: there is nothing to plant an error on",
            mend="review without --probe first",
        )
    return planned

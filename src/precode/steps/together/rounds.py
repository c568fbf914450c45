"""Rounds of blind double-coding: how far they are, and what nobody may see of them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from precode.codings.history import pending_skips
from precode.domain import HumanCodes, Sentence
from precode.errors import quoted
from precode.steps.opening import Study
from precode.study.rounds import Round


@dataclass(frozen=True, slots=True)
class Share:
    """What one coder has done of a round, in sentences."""

    coder: str
    decided: int
    skipped: int
    of: int

    @property
    def done(self) -> bool:
        return self.decided == self.of


@dataclass(frozen=True, slots=True)
class RoundState:
    """A round and how far it is. ``open``: some coder has still to decide, and it was not ended."""

    round: Round
    shares: tuple[Share, ...]
    open: bool


def states(study: Study, human: HumanCodes | None = None) -> tuple[RoundState, ...]:
    """Every round, oldest first. ``human``: what stands, if that is known already."""
    rounds = study.store.rounds()
    if not rounds:
        return ()
    human = human or study.human_codes(study.store.sentences())
    skipped = {
        (Sentence.make_id(*span), coder) for span, coder in pending_skips(study.store.events())
    }
    out = []
    for r in rounds:
        shares = tuple(
            Share(
                coder,
                sum((i, coder) in human.read for i in r.sentences),
                sum((i, coder) in skipped and (i, coder) not in human.read for i in r.sentences),
                len(r.sentences),
            )
            for coder in r.coders
        )
        out.append(RoundState(r, shares, not r.closed and not all(s.done for s in shares)))
    return tuple(out)


def apart(study: Study, human: HumanCodes | None = None) -> frozenset[str]:
    """Ids of the sentences that are being coded apart: what people gave them is shown to nobody."""
    return frozenset(i for s in states(study, human) if s.open for i in s.round.sentences)


def told(study: Study) -> tuple[str, ...]:
    """What is not shown, and until when: a line for each open round."""
    return tuple(
        f"{len(s.round.sentences):,} sentences are being coded apart ({s.round.name}): they are "
        f"shown once {_and([x.coder for x in s.shares if not x.done])} "
        f"{'is' if sum(not x.done for x in s.shares) == 1 else 'are'} done, or after "
        f"precode assign --close {quoted(s.round.name)}"
        for s in states(study)
        if s.open
    )


def shown(study: Study, human: HumanCodes) -> HumanCodes:
    """``human`` without what people gave the sentences that are being coded apart."""
    return without(human, apart(study))


def without(human: HumanCodes, hidden: Collection[str]) -> HumanCodes:
    """``human`` without what was said of the sentences ``hidden``."""
    if not hidden:
        return human
    return HumanCodes(
        tuple(c for c in human.codings if c.sentence_id not in hidden),
        frozenset(r for r in human.read if r[0] not in hidden),
        frozenset(r for r in human.assisted if r[0] not in hidden),
    )


def given_to(
    study: Study, coder: str, *, read: Collection[str], within: Collection[str]
) -> dict[str, str]:
    """Sentence id → why it is asked, of what ``coder`` has still to decide in open rounds, in the
    order of asking. ``read``: what the coder has decided; ``within``: of these transcripts only.
    """
    out: dict[str, str] = {}
    for r in study.store.rounds():
        if r.closed or coder not in r.coders:
            continue
        why = f"given to {_and(['you', *(c for c in r.coders if c != coder)])}, coded apart"
        for i in r.sentences:
            if i not in read and (not within or i.partition(":")[0] in within):
                out.setdefault(i, why)
    return out


def forget_quotes(study: Study) -> None:
    """Let reviews rank anew: what is kept of their last ranking may quote codes that are hidden from
    now on. It is a cache.
    """
    for ranking in (study.folder.cache / "loop").rglob("ranking.json"):
        ranking.unlink(missing_ok=True)


def coders(study: Study) -> frozenset[str]:
    """Everyone to whom something was ever given."""
    return frozenset(c for r in study.store.rounds() for c in r.coders)


def summary(states: Collection[RoundState]) -> Mapping[str, str]:
    """Open round → "ANNA 34 of 120, BEN done"."""
    return {
        s.round.name: ", ".join(
            f"{x.coder} done" if x.done else f"{x.coder} {x.decided:,} of {x.of:,}"
            for x in s.shares
        )
        for s in states
        if s.open
    }


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

"""``assign``: rounds of blind double-coding, given out, looked at, and ended."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from precode.audit.drawing import draw
from precode.codings.consensus import TAKEN, is_consensus
from precode.domain import HumanCodes, Sentence
from precode.errors import TooLittleError, UsageError
from precode.steps.opening import Study, open_study
from precode.steps.packets.record import outstanding
from precode.steps.review import same_person, within_of
from precode.steps.together.rounds import RoundState, Share, forget_quotes, states
from precode.study.rounds import Round

OPEN, DONE, CLOSED = "open", "done", "closed"


@dataclass(frozen=True, slots=True)
class Row:
    """One round: ``sentences`` of ``transcripts``, given at ``at`` (UTC) as ``how`` says; ``state``
    is open, done, or closed (ended before all were done).
    """

    name: str
    at: str
    state: str
    how: Mapping[str, object]
    sentences: int
    transcripts: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A new round, and ``notes`` on what to know before it begins."""

    round: Row
    notes: tuple[str, ...]


def assign(
    path: Path,
    *,
    coders: Sequence[str],
    transcripts: Sequence[str] = (),
    share: float | None = None,
    sentences: int | None = None,
    name: str = "",
    seed: int | None = None,
) -> Given:
    """Give ``coders`` (two or more) the same sentences of the study at ``path``, each to code alone:
    all of ``transcripts``, or of a random ``share`` of the transcripts that none of them has begun
    (rounded up), or so many random ``sentences`` that none of them has read, spread over the
    transcripts in proportion. ``name`` is by default round1, round2, …; ``seed`` the study's.

    Whole transcripts are asked in the order of the talk, the audit sample's sentences among them;
    random sentences are drawn outside the audit sample, which everyone is asked anyway.

    Raises :class:`UsageError` for options that do not fit, and :class:`TooLittleError` where too
    little is left to draw from or everything is read already; then nothing is stored.
    """
    if sum(bool(way) for way in (transcripts, share, sentences)) != 1:
        raise UsageError(
            "a round is of whole transcripts, of a share of them, or of random sentences",
            mend="give one of --transcripts NAMES, --share 0.2, --sentences 200",
        )
    if seed is not None and transcripts:
        raise UsageError("--seed is for what is drawn at random", mend="leave it out")
    with open_study(path, verb="assign", write=True) as study:
        who = _coders(study, coders)
        before = study.store.rounds()
        made = _name(name.strip(), [r.name for r in before])
        every = study.store.sentences()
        human = study.human_codes(every)
        start = study.settings.train.seed if seed is None else seed
        rng = np.random.default_rng([start, len(before)])
        how: dict[str, object] = {}
        if sentences:
            how = {"kind": "sentences", "asked": sentences}
            chosen = _sentences(study, every, human, who, sentences, rng)
        else:
            names = list(transcripts) or _share(study, every, human, who, share or 0, rng)
            how = {"kind": "share", "share": share} if share else {"kind": "transcripts"}
            how["transcripts"] = names
            chosen = _whole(study, every, names)
        if not transcripts:
            how |= {"seed": start, "round": len(before)}
        if all((i, c) in human.read for i in chosen for c in who):
            raise TooLittleError(
                f"{' and '.join(who)} have read all of it already", mend="precode agree"
            )
        with study.store.together():
            study.store.add_round(Round(made, who, tuple(chosen), how))
            study.store.log("assign", name=made, coders=who, sentences=len(chosen), **how)
        if not {i for i, _ in human.read}.isdisjoint(chosen):
            forget_quotes(study)
        (state,) = (s for s in states(study, human) if s.round.name == made)
        return Given(_row(state), _notes(study, human, state))


def listed(path: Path) -> tuple[Row, ...]:
    """Every round of the study at ``path``, oldest first. Reads only."""
    with open_study(path, verb="assign", write=False) as study:
        return tuple(_row(s) for s in states(study))


def close(path: Path, name: str) -> Row:
    """End the round ``name`` before all are done: what was not shown is shown from now on.
    Raises :class:`UsageError` if no such round is open.
    """
    with open_study(path, verb="assign", write=True) as study:
        found = states(study)
        state = next((s for s in found if s.round.name == name), None)
        if state is None or not state.open:
            still = [s.round.name for s in found if s.open]
            raise UsageError(
                f"no round called {name!r} is {'there' if state is None else 'open'}",
                mend=f"open rounds: {', '.join(still) or 'none'}",
            )
        left = {s.coder: s.of - s.decided for s in state.shares if not s.done}
        with study.store.together():
            study.store.close_round(name)
            study.store.log("assign closed", name=name, undecided=left)
        return next(_row(s) for s in states(study) if s.round.name == name)


def _coders(study: Study, wanted: Sequence[str]) -> tuple[str, ...]:
    """Names as they are stored, each once."""
    who = tuple(dict.fromkeys(c.strip() for c in wanted if c.strip()))
    alike = {" ".join(c.casefold().split()) for c in who}
    if len(who) < 2 or len(alike) < len(who):
        raise UsageError(
            "a round needs two coders or more, each under one name", mend="--coders ANNA,BEN"
        )
    if any(is_consensus(c) for c in who):
        raise UsageError(TAKEN, mend="--coders takes those who code")
    for coder in who:
        same_person(study, coder)
    return who


def _name(wanted: str, taken: Sequence[str]) -> str:
    if wanted in taken:
        raise UsageError(f"there is a round called {wanted!r} already", mend="another --name")
    free = (f"round{n}" for n in range(1, len(taken) + 2))
    return wanted or next(n for n in free if n not in taken)


def _whole(study: Study, every: Sequence[Sentence], names: Sequence[str]) -> list[str]:
    """The codable sentences of the transcripts called ``names``, in that order."""
    within = {t: place for place, t in enumerate(within_of(study, names))}
    mine = [s for s in every if s.codable and s.transcript_id in within]
    if not mine:
        raise TooLittleError("they hold no sentence to code", mend="precode status")
    return [s.id for s in sorted(mine, key=lambda s: (within[s.transcript_id], s.start))]


def _share(
    study: Study,
    every: Sequence[Sentence],
    human: HumanCodes,
    who: Sequence[str],
    share: float,
    rng: np.random.Generator,
) -> list[str]:
    """Names of the transcripts drawn, in the order of the study."""
    begun = {i.partition(":")[0] for i, c in human.read if c in who}
    begun |= {i.partition(":")[0] for i in _given(study, human, who)}
    codable = {s.transcript_id for s in every if s.codable}
    texts = [t for t in study.store.transcripts() if t.id in codable]
    free = [t.name for t in texts if t.id not in begun]
    size = math.ceil(share * len(texts) - 1e-9)
    if size > len(free) or not size:
        raise TooLittleError(
            f"{share:.0%} of {len(texts)} transcripts are {size}; those that neither "
            f"{' nor '.join(who)} has begun, or was given in an open round, are {len(free)}",
            mend="a smaller --share, --sentences N, or --transcripts NAMES to code some again",
        )
    return [free[i] for i in np.sort(rng.choice(len(free), size, replace=False))]


def _sentences(
    study: Study,
    every: Sequence[Sentence],
    human: HumanCodes,
    who: Sequence[str],
    size: int,
    rng: np.random.Generator,
) -> list[str]:
    """Ids drawn, in an order of which every beginning is spread over the transcripts too."""
    taken = {i for i, c in human.read if c in who}.union(study.store.audit_sample())
    out = outstanding(study.store)
    taken = taken.union(_given(study, human, who), *(out.get(c, frozenset()) for c in who))
    frame: dict[str, list[str]] = {}
    for s in every:
        if s.codable and s.id not in taken:
            frame.setdefault(s.transcript_id, []).append(s.id)
    left = sum(map(len, frame.values()))
    if size > left:
        raise TooLittleError(
            f"{left:,} sentences are left that neither {' nor '.join(who)} has read, outside the "
            "audit sample, and not out with one of them in a spreadsheet or another open round",
            mend=f"--sentences {left}" if left else "--transcripts NAMES, to code some again",
        )
    return [d.sentence_id for d in draw(frame, size, rng) if d.position is not None]


def _given(study: Study, human: HumanCodes, who: Sequence[str]) -> set[str]:
    """Ids of the sentences of open rounds with one of ``who``."""
    mine = (
        s.round for s in states(study, human) if s.open and not set(who).isdisjoint(s.round.coders)
    )
    return {i for r in mine for i in r.sentences}


def _row(state: RoundState) -> Row:
    r = state.round
    return Row(
        r.name, r.at, OPEN if state.open else CLOSED if r.closed else DONE, r.how,
        len(r.sentences), len({i.partition(":")[0] for i in r.sentences}), state.shares,
    )  # fmt: skip


def _notes(study: Study, human: HumanCodes, state: RoundState) -> tuple[str, ...]:
    ids, out = set(state.round.sentences), []
    for s in state.shares:
        if s.decided:
            aided = sum(i in ids and c == s.coder for i, c in human.assisted)
            after = f", {aided:,} of them after a suggestion: these never count in agree"
            out.append(f"{s.coder} has read {s.decided:,} of them already{after if aided else ''}")
    if kept := len(ids.intersection(study.store.audit_sample())):
        out.append(
            f"{kept:,} are of the audit sample: they are asked in the order of the talk, without a "
            "suggestion as always, and count in status when it is their turn"
        )
    held = outstanding(study.store)
    out += [
        f"{n:,} are out in a spreadsheet with {c}: they are asked once it is back"
        for c in state.round.coders
        if (n := len(ids & held.get(c, frozenset())))
    ]
    return tuple(out)


def names_of(path: Path) -> set[str]:
    """Of the transcripts of the study at ``path``."""
    with open_study(path, verb="assign", write=False) as study:
        return {t.name for t in study.store.transcripts()}

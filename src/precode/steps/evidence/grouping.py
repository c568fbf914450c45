"""Whether the machine errs more on some participants than on others.

Error rates by group, with intervals by bootstrap over transcripts, and a permutation test of "the
machine errs alike in all groups": whole participants change groups, since a participant's sentences
are alike (whole sources where groups do not meet within one, as interviews and focus groups).
Holm's correction (Holm 1979, Scand. J. Statist. 6) is for the number of attributes tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from precode.agreement.bootstrap import cluster_weights
from precode.domain import Participant, Role, Sentence, Transcript, Turn
from precode.report.evidence import GroupErrors, GroupRow
from precode.report.score import Score, alone
from precode.steps.evidence.shares import share_score

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]

KIND, ROLE = "kind of source", "speaker"
MOST = 8  # groups of one attribute
PERMUTATIONS = 4999
FEWEST = 20  # sentences of a group from which a share is given
SOURCES = 5  # of a group, from which it gets an interval: with fewer it would be all there is


@dataclass(frozen=True, slots=True)
class Talk:
    """Who speaks each of the n sentences that are scored, where, and of what kind it is: attribute
    → (n,) values, "" where not known.
    """

    people: tuple[str, ...]
    sources: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


def talk_of(
    ids: Sequence[str],
    sentences: Sequence[Sentence],
    turns: Mapping[str, Sequence[Turn]],
    transcripts: Sequence[Transcript],
    participants: Sequence[Participant],
) -> Talk:
    """The speakers of the sentences ``ids``, all of which are in ``sentences``."""
    turn = {(t, each.index): each for t, every in turns.items() for each in every}
    by_id = {s.id: s for s in sentences}
    kinds = {t.id: t.kind.value for t in transcripts}
    said = {(p.transcript_id, p.label): p.attributes for p in participants}
    names = sorted({name for p in participants for name in p.attributes})
    people, sources = [], []
    values: dict[str, list[str]] = {name: [] for name in (KIND, ROLE, *names)}
    for i in ids:
        s = by_id[i]
        mine = turn[s.transcript_id, s.turn]
        speaks = mine.role is Role.PARTICIPANT and bool(mine.speaker)
        people.append(f"{s.transcript_id}\n{mine.speaker if speaks else ''}")
        sources.append(s.transcript_id)
        values[KIND].append(kinds[s.transcript_id])
        values[ROLE].append(mine.role.value if mine.speaker else "nobody named")
        attributes: Mapping[str, object] = said.get((s.transcript_id, mine.speaker), {})
        for name in names:
            value = attributes.get(name) if speaks else None
            values[name].append("" if value is None else str(value).strip())
    return Talk(tuple(people), tuple(sources), {n: tuple(v) for n, v in values.items()})


def group_errors(
    talk: Talk, truth: Bools, decision: Bools, *, rng: np.random.Generator, draws: int
) -> tuple[GroupErrors, ...]:
    """For each attribute with two groups or more of at least two people (sources): a group of one
    is a person. Others are left out.
    """
    error = np.stack([(truth != decision).any(1), np.ones(len(truth))], -1).astype(np.float64)
    missed = np.stack([(truth & ~decision).sum(1), truth.sum(1)], -1).astype(np.float64)
    wrong = np.stack([(decision & ~truth).sum(1), decision.sum(1)], -1).astype(np.float64)
    kinds = ((error, "sentences"), (missed, "codes given by people"),
             (wrong, "codes given by the machine"))  # fmt: skip
    people, sources = (np.unique(n, return_inverse=True)[1] for n in (talk.people, talk.sources))
    out = []
    for name, values in talk.values.items():
        levels, label = np.unique(values, return_inverse=True)
        known = levels[label] != ""
        whole = _one_each(sources[known], label[known])
        units = sources if whole else people
        members = [len(np.unique(units[label == g])) if v else 0 for g, v in enumerate(levels)]
        groups = [g for g, n in enumerate(members) if n > 1]
        if not 2 <= len(groups) <= MOST:
            continue
        rows = tuple(
            GroupRow(
                str(levels[g]),
                len(np.unique(sources[mine])),
                len(np.unique(people[mine])),
                int(mine.sum()),
                *(_share(s[mine], sources[mine], what, rng, draws) for s, what in kinds),
            )
            for g in groups
            for mine in [label == g]
        )
        use = np.isin(label, groups)
        p = permuted(units[use], label[use], error[use], rng)
        out.append(GroupErrors(name, rows, p, p, whole))
    corrected = holm([g.p for g in out])
    return tuple(replace(g, corrected=c) for g, c in zip(out, corrected, strict=True))


def permuted(
    units: Ints,
    label: Ints,
    error: Floats,
    rng: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> float:
    """p of no difference: how often, with ``units`` dealt to groups at random, the groups' error
    rates lie as far apart as they do. ``error`` (n, 2): wrong or not, and 1.

    Groups keep their number of units. The distance is the sum over groups of sentences times the
    squared difference to the error of all.
    """
    _, first, number = np.unique(units, return_index=True, return_inverse=True)
    wrong = np.bincount(number, weights=error[:, 0])
    size = np.bincount(number, weights=error[:, 1])
    groups, of = np.unique(label[first], return_inverse=True)
    dealt = np.tile(of, (permutations + 1, 1))
    dealt[1:] = rng.permuted(dealt[1:], axis=1)
    rate = wrong.sum() / size.sum()
    apart = np.zeros(permutations + 1)
    for g in range(len(groups)):
        mine = (dealt == g).astype(np.float64)
        w, n = mine @ wrong, mine @ size
        apart += (w - n * rate) ** 2 / n
    return float((apart >= apart[0] * (1 - 1e-9)).mean())


def holm(p: Sequence[float]) -> list[float]:
    """``p`` corrected by Holm's step-down, in their order."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    out, most = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[i]))
        out[i] = most
    return out


def _one_each(sources: Ints, label: Ints) -> bool:
    """Whether all sentences of a source have one value, in every source."""
    pairs = np.unique(np.stack([sources, label]), axis=1)
    return bool(len(np.unique(pairs[0])) == pairs.shape[1])


def _share(units: Floats, sources: Ints, what: str, rng: np.random.Generator, draws: int) -> Score:
    cases, whole = (float(s) for s in units.sum(axis=0))
    if whole < FEWEST:
        return f"not estimable: {whole:.0f} {what}, {FEWEST} are needed"
    _, at = np.unique(sources, return_inverse=True)
    sums = np.stack(
        [np.bincount(at, weights=units[:, i]).astype(np.float64) for i in (0, 1)], axis=-1
    )
    if len(sums) < SOURCES:
        return alone(cases / whole)
    return share_score(sums, cluster_weights(len(sums), rng=rng, draws=draws))

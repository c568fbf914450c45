"""The machine's answers on the audit sample, against people's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from precode.agreement import counts as of
from precode.agreement.bootstrap import cluster_weights, figure, per_cluster
from precode.agreement.estimate import Estimate, Figure
from precode.audit.design import Interval
from precode.audit.estimates import Agreement, agreement
from precode.codebook import Codebook
from precode.codings.targets import targets
from precode.domain import Sentence
from precode.report.evidence import Checked, CheckedRow
from precode.report.score import Score, alone
from precode.steps.evidence.counting import Machine
from precode.steps.loop.answers import Answered

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def checked(
    codebook: Codebook,
    sentences: Sequence[Sentence],
    answered: Answered,
    machine: Machine,
    name: str,
    *,
    rng: np.random.Generator,
    draws: int,
    floor: int,
) -> Checked:
    """κ, F1 and the rest by the sample's design; polarity with an interval over transcripts."""
    _, given, sides = predicted(machine, answered.ids)
    truth = answered.truth
    no_code = np.asarray(~truth.any(1, keepdims=True))
    found = agreement(answered.design, truth, given, rng=rng)
    nothing = agreement(answered.design, no_code, np.asarray(~given.any(1, keepdims=True)), rng=rng)
    ids = set(answered.ids)
    gold = targets(
        answered.blind, [s for s in sentences if s.id in ids], codebook, include_assisted=False
    )
    place = {i: n for n, i in enumerate(gold.sentence_ids)}
    share = gold.polarity[[place[i] for i in answered.ids]]
    with np.errstate(invalid="ignore"):
        sure = truth & (np.abs(share[..., 0] - share[..., 1]) == 1)
    row, code = np.nonzero(sure & (sides.any(-1)))
    right = (sides[row, code, 0] >= sides[row, code, 1]) == (share[row, code, 0] == 1)
    polarity: Score = f"not estimable: {len(row)} with a direction, {floor} are needed"
    if len(row) >= floor:
        clusters = [answered.ids[i].partition(":")[0] for i in row]
        sums = per_cluster(np.stack([right, np.ones_like(right)], -1).astype(np.float64), clusters)
        weights = cluster_weights(len(sums), rng=rng, draws=draws)
        polarity = score_of(figure(sums, share_of, weights, least=0.0))
    return Checked(
        name,
        len(truth),
        tuple(_row(leaf, found, truth, j) for j, leaf in enumerate(codebook.leaf_ids)),
        _row("", nothing, no_code, 0),
        of_interval(found.macro_f1),
        len(row),
        polarity,
    )


def predicted(machine: Machine, ids: Sequence[str]) -> tuple[Floats, Bools, Floats]:
    """p (n, k), decisions (n, k) and polarities (n, k, 2) of ``ids``; 0 where the run does not hold
    one. What the model had learned from comes from cross-validation.
    """
    k = machine.run.p.shape[1]
    p, given, sides = (
        np.zeros((len(ids), k)),
        np.zeros((len(ids), k), bool),
        np.zeros((len(ids), k, 2)),
    )
    for source in (machine.run, machine.record):
        if source is None:
            continue
        where = {i: n for n, i in enumerate(source.sentence_ids)}
        mine = [n for n, i in enumerate(ids) if i in where]
        at = [where[ids[n]] for n in mine]
        p[mine], given[mine] = source.p[at], source.decision[at]
        sides[mine] = (source.polarity if source is machine.record else machine.run.polarity_p)[at]
    return p, given, sides


def _row(code: str, found: Agreement, truth: Bools, j: int) -> CheckedRow:
    return CheckedRow(
        code,
        int(truth[:, j].sum()),
        of_interval(found.precision[j]),
        of_interval(found.recall[j]),
        of_interval(found.f1[j]),
        of_interval(found.kappa[j]),
    )


def of_interval(interval: Interval) -> Score:
    """An audit's interval as a report has it."""
    if interval.value is None or interval.low is None or interval.high is None:
        return f"not estimable: {interval.why}"
    return interval.value, interval.low, interval.high


def score_of(found: Figure) -> Score:
    """A bootstrap's figure as a report has it."""
    if not isinstance(found, Estimate):
        return str(found)
    if found.low is None or found.high is None:
        return alone(found.value)
    return found.value, found.low, found.high


def share_of(sums: Floats) -> Floats:
    """(…, 2) part and whole → (…): their ratio."""
    return of.ratio(sums[..., 0], sums[..., 1])

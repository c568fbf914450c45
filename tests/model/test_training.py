"""A model that starts from a shipped one: right, it helps; wrong, it is left; and what rests on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from coded_talk import training

from precode.codebook import Codebook, read_codebook
from precode.model import training as heads
from precode.model.features import PRIOR, Prior, Spec, fit_scaling
from precode.model.heads import fit_codes, fit_polarity
from precode.model.solver import Design, Linear
from precode.model.thresholds import macro_f1
from precode.model.training import (
    Training,
    code_head,
    counterparts,
    domains_of,
    lean_of,
    polarity_head,
    resting,
)
from precode.model.validate import SHARED, SPECS, OutOfFold, cross_validate, variations
from precode.resources import codebooks

Floats = npt.NDArray[np.floating]
B, F = 0, 1


def told(data: Training, codes: Floats, lean: Floats | None = None) -> Training:
    """``data`` with what a shipped model of the same codes says: log-odds ``(n, k)`` and ``lean``."""
    k = data.y.shape[1]
    lean = np.zeros((*codes.shape[:1], k, 2)) if lean is None else lean
    return replace(
        data,
        raw=replace(
            data.raw,
            prior=Prior(codes, lean, np.zeros(codes.shape[1]), np.zeros((len(codes), 0))),
        ),
        like=np.arange(k),
    )


def right(data: Training, rng: np.random.Generator, *, wrong: float = 0.1) -> Training:
    """Told the truth by log-odds of 3, but for one sentence in ten."""
    truth = (data.y >= 0.5) ^ (rng.random(data.y.shape) < wrong)
    return told(data, np.where(truth, 3.0, -3.0))


def noise(data: Training, rng: np.random.Generator) -> Training:
    """Told something else, just as surely."""
    return told(data, np.where(rng.random(data.y.shape) < 0.25, 5.0, -5.0))


def few(seed: int) -> Training:
    """48 sentences of six transcripts: a code has about a dozen."""
    return training(np.random.default_rng(seed), n=48, k=3)[0]


def checked(data: Training, seed: int = 1) -> OutOfFold:
    out = cross_validate(data, folds=5, seed=seed)
    assert out is not None
    return out


def design(data: Training, spec: Spec) -> Design:
    return fit_scaling(data.raw, np.arange(len(data.y)), spec).apply(data.raw)


def every(data: Training) -> npt.NDArray[np.intp]:
    return np.arange(len(data.y))


# -- what it is worth is found on held-out transcripts ---------------------------------------------


def test_a_start_that_is_right_helps_where_little_is_coded() -> None:
    """Macro-F1 on held-out transcripts, over three small studies: far better, and never worse."""
    gains = []
    for seed in range(3):
        alone, data = few(seed), right(few(seed), np.random.default_rng(100 + seed))
        with_it = checked(data)
        gains.append(macro_f1(data.y > 0, with_it.decision) - macro_f1(data.y > 0, checked(alone).decision))  # fmt: skip
        assert with_it.spec.prior > 0
    assert np.mean(gains) > 0.15
    assert min(gains) > 0


def test_a_start_that_is_noise_is_left() -> None:
    """Validation chooses 0 of it, and the scores are about what they are without it."""
    left, worse = 0, []
    for seed in range(3):
        data = training(np.random.default_rng(seed), n=120, k=3)[0]
        out = checked(noise(data, np.random.default_rng(100 + seed)))
        left += out.spec.prior == 0
        worse.append(macro_f1(data.y > 0, checked(data).decision) - macro_f1(data.y > 0, out.decision))  # fmt: skip
    assert left == 3
    assert np.mean(worse) < 0.05


def test_with_too_few_transcripts_to_choose_it_is_the_whole_start() -> None:
    data = training(np.random.default_rng(1), n=48, k=3, transcripts=3)[0]
    out = checked(noise(data, np.random.default_rng(2)))
    assert not out.nested
    assert out.spec == SPECS[0]
    assert out.spec.prior == 1.0


def test_what_is_tried_is_what_there_is() -> None:
    """Half of a starter and none of it, where there is one; sharing, where codes have siblings."""
    data, spec = few(1), SPECS[0]
    siblings = np.array([0, 0, -1])
    assert variations(spec, data) == []
    assert [v.prior for v in variations(spec, right(data, np.random.default_rng(1)))] == [0.5, 0.0]
    assert variations(spec, replace(data, domains=siblings)) == [replace(spec, domain=SHARED)]
    assert variations(spec, replace(data, domains=np.array([0, 1, -1]))) == []
    assert variations(spec, replace(data, domains=siblings, choice="one")) == []


# -- the heads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [SPECS[0], replace(SPECS[-1], prior=0.5), Spec(prior=0.0)])
def test_without_a_start_the_weights_are_those_of_before(spec: Spec) -> None:
    """To the bit: the plain heads on the same rows, whatever the setting says of a start."""
    data, rows = few(2), np.arange(0, 48, 2)
    x = design(data, spec)
    plain = fit_codes(x.take(rows), data.y[rows], choice="many", c=spec.c)
    found = code_head(data, x, rows, spec)
    assert np.array_equal(found.weights, plain.weights)
    assert np.array_equal(found.intercept, plain.intercept)
    side, plain_side = polarity_head(data, x, rows, spec), fit_polarity(x.take(rows), data.polarity[rows], c=spec.c)  # fmt: skip
    assert side is not None and plain_side is not None
    assert np.array_equal(side.linear.weights, plain_side.linear.weights)
    assert np.array_equal(side.codes, plain_side.codes)
    assert not side.lean.any()


def test_a_start_of_no_weight_is_no_start() -> None:
    """To the bit, and without columns."""
    data, spec = few(3), replace(SPECS[0], prior=0.0)
    started = right(data, np.random.default_rng(1))
    assert design(started, spec).width == design(data, spec).width
    found = [code_head(d, design(d, spec), every(d), spec).weights for d in (data, started)]
    assert np.array_equal(*found)
    assert lean_of(started.raw, spec) is None
    assert lean_of(started.raw, SPECS[0]) is not None


def test_with_hardly_anything_learned_it_says_what_it_was_told() -> None:
    """A penalty that allows nothing: the scores are the starter's log-odds times the weight, but for
    the intercept; of a code that it does not know, nothing.
    """
    data = right(few(4), np.random.default_rng(1))
    data = replace(data, like=np.array([2, 0, -1]))
    assert data.raw.prior is not None
    spec = Spec(c=1e-9, prior=0.5)
    x = design(data, spec)
    head = code_head(data, x, every(data), spec)
    scores = head.scores(x) - head.intercept
    assert scores[:, 0] == pytest.approx(0.5 * data.raw.prior.codes[:, 2], abs=1e-3)
    assert scores[:, 1] == pytest.approx(0.5 * data.raw.prior.codes[:, 0], abs=1e-3)
    assert scores[:, 2] == pytest.approx(0, abs=1e-3)


def test_with_hardly_anything_learned_it_decides_as_the_starter_does() -> None:
    """A score of 0 is the starter's own cut, wherever that lies."""
    rng = np.random.default_rng(3)
    data = told(few(3), rng.normal(size=(48, 3)) * 2)
    cuts = np.array([1.0, -0.5, 0.0])
    assert data.raw.prior is not None
    prior = replace(data.raw.prior, cuts=cuts)
    data = replace(data, raw=replace(data.raw, prior=prior), like=np.array([0, 1, -1]))
    spec = Spec(c=1e-5)
    x = design(data, spec)
    head = code_head(data, x, every(data), spec)
    given = head.scores(x) > 0
    assert (given[:, :2] == (prior.codes > cuts)[:, :2]).mean() > 0.98


def test_a_code_that_the_starter_lacks_learns_from_what_it_says_of_others() -> None:
    """Its columns are features as well: code 2 is always where the starter sees code 0."""
    data = right(few(5), np.random.default_rng(1), wrong=0.0)
    y = data.y.copy()
    y[:, 2] = y[:, 0]
    data = replace(data, y=y, like=np.array([0, 1, -1]))
    x = design(data, Spec())
    head = code_head(data, x, every(data), Spec())
    first = x.dense.shape[1] - 3
    assert head.weights[first, 2] > 0.5
    assert head.weights[first, 2] > 3 * abs(head.weights[first + 1, 2])


def test_codes_of_a_domain_lend_to_each_other() -> None:
    """Two codes of one domain share a feature; the rare one, with three examples, is told from all
    else by it better where it starts from what its domain has learned.
    """
    better = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        data = training(rng, n=400, k=3, transcripts=8, polarities=False)[0]
        kind = rng.integers(0, 8, 400)  # 0: the rare code, 1 and 2: its sibling, 3: another domain
        y = np.stack([kind == 0, (kind == 1) | (kind == 2), kind == 3], axis=1).astype(float)
        own = data.raw.blocks["early"].copy()
        own[:, 0] += 4.0 * (kind <= 2)
        data = replace(
            data, raw=replace(data.raw, blocks={**data.raw.blocks, "early": own}), y=y,
            domains=np.array([0, 0, 1]),
        )  # fmt: skip
        rows = np.concatenate([np.flatnonzero(kind == 0)[:3], np.flatnonzero(kind > 0)[:100]])
        rest = np.setdiff1d(np.arange(400), rows)
        x = fit_scaling(data.raw, rows, SPECS[0]).apply(data.raw)
        ranks = []
        for domain in (0.0, SHARED):
            scores = code_head(data, x, rows, replace(SPECS[0], domain=domain)).scores(x.take(rest))
            given, other = scores[kind[rest] == 0, 0], scores[kind[rest] > 2, 0]
            ranks.append(float((given[:, None] > other[None]).mean()))
        better.append(ranks[1] - ranks[0])
    assert np.mean(better) > 0.02
    assert data.hierarchical
    assert not replace(data, domains=np.array([0, 1, 2])).hierarchical
    alone = replace(data, domains=np.array([0, 1, 2]))
    spec = replace(SPECS[0], domain=SHARED)
    x = design(data, spec)
    assert np.array_equal(
        code_head(alone, x, every(data), spec).weights,
        code_head(replace(data, domains=None), x, every(data), spec).weights,
    )


def test_a_code_that_the_starter_knows_keeps_its_start_beside_its_domain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a domain learned of the starter's columns does not come on top of the start itself; of
    all else, half of what it learned does.
    """
    data = replace(right(few(6), np.random.default_rng(1)), domains=np.array([0, 0, -1]))
    spec = Spec(domain=SHARED)
    x, fitted = design(data, spec), []

    def spy(*given: Any, centre: Linear | None = None, **named: Any) -> Linear:
        fitted.append((centre, fit_codes(*given, centre=centre, **named)))
        return fitted[-1][1]

    monkeypatch.setattr(heads, "fit_codes", spy)
    code_head(data, x, every(data), spec)
    (none, of_domain), (centre, _) = fitted
    assert none is None
    assert centre is not None
    end = x.dense.shape[1]
    assert np.abs(of_domain.weights[end - 3 : end]).max() > 0.1
    assert np.array_equal(centre.weights[end - 3 : end], np.eye(3) / PRIOR)
    assert np.array_equal(centre.weights[: end - 3, :2], SHARED * of_domain.weights[: end - 3, [0, 0]])  # fmt: skip
    assert not centre.weights[: end - 3, 2].any()


def test_polarity_starts_from_what_the_starter_leans_to() -> None:
    """Right about the direction of nine in ten, it is heard at once; without weight, not at all."""
    rng = np.random.default_rng(7)
    data = training(rng, n=60, k=3)[0]
    bad = np.nan_to_num(data.polarity[:, :, B]) > 0
    says = np.where(bad ^ (rng.random(bad.shape) < 0.1), 3.0, -3.0)
    data = told(data, np.zeros(data.y.shape), np.stack([says, -says], axis=2))
    known = ~np.isnan(data.polarity[:, :, B])
    rows, rest = np.arange(30), np.arange(30, 60)
    hit = []
    for spec in (Spec(c=0.3), Spec(c=0.3, prior=0.0)):
        x, lean = design(data, spec), lean_of(data.raw, spec)
        head = polarity_head(data, x, rows, spec)
        assert head is not None
        scores = head.scores(x.take(rest), None if lean is None else lean[rest])
        right_ = (scores[:, :, B] > scores[:, :, F]) == bad[rest]
        hit.append(right_[known[rest]].mean())
    assert hit[0] > 0.8
    assert hit[0] > hit[1] + 0.2


# -- what rests on it -----------------------------------------------------------------------------


def share(data: Training, spec: Spec) -> Floats:
    x = design(data, spec)
    return resting(data, x, code_head(data, x, every(data), spec), spec)


def test_what_rests_on_the_start_and_on_the_rest_is_everything() -> None:
    """Of each code's scores; the two shares of the variance sum to 1."""
    data, spec = right(few(8), np.random.default_rng(1), wrong=0.3), SPECS[0]
    x = design(data, spec)
    head = code_head(data, x, every(data), spec)
    first = x.dense.shape[1] - 3
    rest = Linear(head.weights.copy(), head.intercept)
    rest.weights[first : first + 3] = 0
    scores, others = head.scores(x), rest.scores(x)
    both = [np.cov(others[:, j], scores[:, j])[0, 1] / scores[:, j].var(ddof=1) for j in range(3)]
    found = resting(data, x, head, spec)
    assert found + np.array(both) == pytest.approx(1, abs=1e-4)
    assert ((found > 0.05) & (found < 1)).all()


def test_all_none_and_less_of_it() -> None:
    """Where nothing else may be learned, all; of no weight or without a start, nothing; noise, less."""
    data = few(9)
    started = right(data, np.random.default_rng(1))
    assert share(started, Spec(c=1e-9)) == pytest.approx(1, abs=1e-3)
    assert share(started, Spec(prior=0.0)).tolist() == [0, 0, 0]
    assert share(data, Spec()).tolist() == [0, 0, 0]
    much = training(np.random.default_rng(9), n=400, k=3)[0]
    less, more = (share(d, SPECS[-1]).mean() for d in (noise(much, np.random.default_rng(1)), right(much, np.random.default_rng(1))))  # fmt: skip
    assert less < 0.5 * more


# -- whose codes are which ------------------------------------------------------------------------


def shipped(name: str) -> Codebook:
    return read_codebook(codebooks()[name])


def test_the_same_codes_are_their_own_counterparts() -> None:
    comb = shipped("comb")
    assert counterparts(comb, comb).tolist() == list(range(len(comb.leaves)))


def test_tdf_domains_find_the_sub_domain_they_map_to() -> None:
    """Every one of them, and physical skills is physical capability."""
    comb, tdf = shipped("comb"), shipped("tdf")
    like = counterparts(tdf, comb)
    assert (like >= 0).all()
    for leaf, i in zip(tdf.leaves, like, strict=True):
        assert comb.leaf_ids[i] in leaf.maps_to
    assert len(set(like.tolist())) == 6
    assert (counterparts(comb, tdf) == -1).all()  # which of several would it be?


def test_codes_of_another_world_have_no_counterpart() -> None:
    four = shipped("four-cos")
    assert (counterparts(four, shipped("comb")) == -1).all()


def test_the_same_id_goes_before_what_a_code_maps_to() -> None:
    comb = shipped("comb")
    first, second = comb.leaves[:2]
    own = first.model_copy(update={"maps_to": (second.id,), "parent": "", "boundary": ()})
    ours = Codebook(name="ours", version="1", code=(own,))
    assert counterparts(ours, comb).tolist() == [0]
    other = own.model_copy(update={"id": "mine"})
    ours = Codebook(name="ours", version="1", code=(other,))
    assert counterparts(ours, comb).tolist() == [1]


def test_domains_are_the_codes_above() -> None:
    """COM-B has three of two each; a flat codebook none."""
    comb = shipped("comb")
    found = domains_of(comb)
    assert sorted(np.unique(found, return_counts=True)[1].tolist()) == [2, 2, 2]
    for i, a in enumerate(comb.leaves):
        for j, b in enumerate(comb.leaves):
            assert (found[i] == found[j]) == (a.parent == b.parent)
    flat = Codebook(name="flat", version="1", code=tuple(c.model_copy(update={"parent": ""}) for c in comb.leaves))  # fmt: skip
    assert domains_of(flat).tolist() == [-1] * 6


def test_rows_are_taken_with_all_that_belongs_to_them() -> None:
    data = replace(right(few(10), np.random.default_rng(1)), domains=np.array([0, 0, 1]))
    rows = np.array([5, 1, 40])
    part = data.take(rows)
    assert part.raw.prior is not None and data.raw.prior is not None
    assert np.array_equal(part.raw.prior.codes, data.raw.prior.codes[rows])
    assert np.array_equal(part.raw.prior.lean, data.raw.prior.lean[rows])
    assert np.array_equal(part.y, data.y[rows])
    assert part.groups.tolist() == data.groups[rows].tolist()
    assert part.like is data.like
    assert part.domains is data.domains

"""Fine-tuning is judged by transcripts that its encoders never saw."""

from __future__ import annotations

from dataclasses import replace

import coded_talk
import numpy as np
import numpy.typing as npt
import pytest

from precode.model.finetune import validate
from precode.model.finetune.tuned import Shares
from precode.model.finetune.validate import FoldResult, Rows, fit_shares, judge, lay_aside
from precode.model.thresholds import fit_thresholds
from precode.model.validate import cross_validate

Floats = npt.NDArray[np.floating]
Groups = npt.NDArray[np.str_]


def test_whole_transcripts_are_laid_aside() -> None:
    groups = np.repeat(["a", "b", "c", "d", "e"], [5, 30, 5, 5, 5])
    for seed in range(20):
        learn, aside = lay_aside(groups, np.arange(5, 50), seed=seed)
        assert sorted([*learn, *aside]) == list(range(5, 50))
        assert not set(groups[learn]) & set(groups[aside])
        assert len(learn)
        assert len(aside)


def test_one_transcript_cannot_be_laid_aside() -> None:
    with pytest.raises(ValueError, match="one transcript"):
        lay_aside(np.array(["a", "a"]), np.arange(2), seed=1)


@pytest.mark.parametrize("choice", ["many", "one"])
def test_the_better_reader_counts_more(choice: str) -> None:
    rng = np.random.default_rng(1)
    y = np.eye(3)[rng.integers(0, 3, 300)]
    good, noise = 4 * (y - 0.5) + rng.normal(size=y.shape), rng.normal(size=y.shape)
    first = fit_shares(good, noise, y, choice=choice)  # type: ignore[arg-type]
    assert first.frozen > 0.5 > first.tuned
    both = fit_shares(good, good, y, choice=choice)  # type: ignore[arg-type]
    assert both.frozen == pytest.approx(both.tuned)
    few = fit_shares(good[:5], noise[:5], y[:5], choice=choice)  # type: ignore[arg-type]
    assert few == Shares(0.5, 0.5)


@pytest.mark.parametrize("choice", ["many", "one"])
def test_what_judges_a_fold_was_fitted_without_it(choice: str) -> None:
    """An encoder that knows the answers of what it learned from, and nothing else, gains nothing;
    one that knows them all gains.
    """
    rng = np.random.default_rng(2)
    data, _, _ = coded_talk.training(rng, n=240, transcripts=8, choice=choice)  # type: ignore[arg-type]
    frozen = cross_validate(data, folds=4, seed=1)
    assert frozen is not None

    def tune(knows_all: bool):  # type: ignore[no-untyped-def]
        def fold(f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
            assert not set(data.groups[held]) & set(data.groups[np.r_[learn, aside]])
            assert not set(data.groups[aside]) & set(data.groups[learn])
            assert (frozen.fold[held] == f).all()
            told = np.where(knows_all, 8 * (data.y - 0.5), rng.normal(size=data.y.shape))
            told[learn] = 8 * (data.y[learn] - 0.5)
            lean = np.zeros(data.polarity.shape)
            return FoldResult(aside, held, told[aside], lean[aside], told[held], lean[held], f + 2)

        return judge(data, frozen, fold, seed=1)

    truth = data.y >= 0.5
    default = (frozen.decision == truth).mean()
    right, blind = tune(True), tune(False)
    assert (right.out.decision == truth).mean() > max(default, 0.99)
    assert (blind.out.decision == truth).mean() < default + 0.02
    assert right.codes.tuned > 2 * blind.codes.tuned
    assert right.epochs == 4  # the mean of 2, 3, 4 and 5, rounded to even
    assert np.array_equal(right.out.fold, frozen.fold)


def test_what_is_only_learned_from_judges_nothing() -> None:
    rng = np.random.default_rng(4)
    data, _, _ = coded_talk.training(rng, n=240, transcripts=8)
    frozen = cross_validate(data, folds=4, seed=1)
    assert frozen is not None
    judged = frozen.fold < 2
    told = 3 * (data.y - 0.5) + rng.normal(size=data.y.shape)
    asked = []

    def fold(f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
        asked.append(f)
        assert np.array_equal(held, np.flatnonzero(judged))
        assert sorted([*learn, *aside]) == np.flatnonzero(~judged).tolist()
        lean = np.zeros(data.polarity.shape)
        return FoldResult(aside, held, told[aside], lean[aside], told[held], lean[held], 1)

    out = judge(data, replace(frozen, fold=np.where(judged, 0, -1)), fold, seed=1).out
    assert asked == [0]
    wanted = fit_thresholds(out.scores[judged], data.judged_y[judged], choice=data.choice)
    assert np.array_equal(out.thresholds, wanted)
    every = fit_thresholds(out.scores, data.judged_y, choice=data.choice)
    assert not np.array_equal(every, wanted)  # the others' zeros would have been counted


def test_where_nothing_applies_is_told_in_each_fold_and_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the sentences laid aside in a fold, and by all that were held out for the final model."""
    data, _, _ = coded_talk.training(np.random.default_rng(4), n=240, transcripts=8)
    frozen = cross_validate(data, folds=4, seed=1)
    assert frozen is not None
    asked: list[int] = []

    def fold(f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
        told, lean = 8 * (data.y - 0.5), np.zeros(data.polarity.shape)
        asked.append(len(aside))
        return FoldResult(aside, held, told[aside], lean[aside], told[held], lean[held], 1)

    seen: list[int] = []

    def least(scores: Floats, *others: object) -> Floats:
        seen.append(len(scores))
        return np.full(3, 1e9)

    assert judge(data, frozen, fold, seed=1).out.decision.any()
    asked.clear()
    monkeypatch.setattr(validate, "least_of", least)
    out = judge(data, frozen, fold, seed=1).out
    assert seen == [*asked, 240]
    assert not out.decision.any()
    assert out.least.tolist() == [1e9] * 3


def test_what_is_laid_aside_may_be_given() -> None:
    """By a division of one's own: the same seed a fold as otherwise, and that is what weighs."""
    rng = np.random.default_rng(4)
    data, _, _ = coded_talk.training(rng, n=240, transcripts=8)
    frozen = cross_validate(data, folds=4, seed=1)
    assert frozen is not None
    seeds = []

    def divide(groups: Groups, rows: Rows, *, seed: int) -> tuple[Rows, Rows]:
        seeds.append(seed)
        apart = groups[rows] == min(groups[rows])
        return rows[~apart], rows[apart]

    def fold(f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
        assert set(data.groups[aside]) == {min(data.groups[frozen.fold != f])}
        assert not set(data.groups[aside]) & {*data.groups[learn], *data.groups[held]}
        y, lean = data.y, np.zeros(data.polarity.shape)
        return FoldResult(aside, held, 9 * y[aside], lean[aside], 9 * y[held], lean[held], 1)

    judge(data, frozen, fold, seed=5, divide=divide)
    assert seeds == [5, 6, 7, 8]

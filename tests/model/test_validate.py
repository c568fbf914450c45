"""Honest figures: nothing of a transcript reaches the model, threshold or calibration it is judged by."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from coded_talk import WIDTH, embed, training

from precode.model import solver, validate
from precode.model.features import BLOCKS, Products, Raw, Spec, measure, vocabulary
from precode.model.passages import Passage
from precode.model.thresholds import macro_f1
from precode.model.training import Training
from precode.model.validate import OutOfFold, cross_validate

Floats = npt.NDArray[np.floating]
# Of our own, so that tuning the shipped ones changes no test.
SPECS = (
    Spec(lexical=0.7, context=0.7, c=0.3),
    Spec(lexical=0.7, context=0.0, c=0.3),
    Spec(lexical=1.2, context=0.5, c=1.0),
)


def checked(data: Training, *, folds: int = 5, specs: tuple[Spec, ...] = SPECS) -> OutOfFold:
    out = cross_validate(data, folds=folds, seed=1, specs=specs)
    assert out is not None
    assert np.isfinite(out.p).all()
    assert np.isfinite(out.polarity).all()
    return out


# -- nothing leaks ---------------------------------------------------------------------------------


def telltale(rng: np.random.Generator, *, transcripts: int = 20, each: int = 30) -> Training:
    """Labels are coin tosses, but inside each transcript a word and a direction give them away."""
    n = transcripts * each
    groups = np.repeat([f"t{i:02}" for i in range(transcripts)], each)
    y = rng.integers(0, 2, (n, 1)).astype(float)
    texts = [f"{g}{'yes' if v else 'no'} said {i}" for i, (g, v) in enumerate(zip(groups, y[:, 0], strict=True))]  # fmt: skip
    axis = {g: embed([f"{g} axis"])[0] for g in set(groups.tolist())}
    vectors = {
        t: axis[g] * (3 if v else -3) + embed([t])[0]
        for t, g, v in zip(texts, groups.tolist(), y[:, 0], strict=True)
    }
    talk = [Passage(str(i), t) for i, t in enumerate(texts)]
    raw = measure(talk, vocabulary(texts), lambda wanted: np.stack([vectors[t] for t in wanted]))
    polarity = np.where(y[:, :, None] == [1, 0], 1.0, 0.0)  # every sentence is one or the other
    return Training(raw, y, polarity, groups, np.ones(n, dtype=bool), "many")


def accuracies(data: Training) -> tuple[float, float, float]:
    """Of the decision, of p > .5 (half are positive), of the polarity."""
    out, truth = checked(data), data.y[:, 0] > 0
    barrier = out.polarity[:, 0, 0] > out.polarity[:, 0, 1]
    found = (out.decision[:, 0], out.p[:, 0] > 0.5, barrier)
    return tuple(float((f == truth).mean()) for f in found)  # type: ignore[return-value]


def test_what_only_the_transcript_itself_gives_away_helps_nothing() -> None:
    """Coin tosses stay coin tosses, in decision, confidence and polarity alike."""
    data = telltale(np.random.default_rng(1))
    _, p, polarity = accuracies(data)
    assert (p, polarity) == (pytest.approx(0.5, abs=0.06), pytest.approx(0.5, abs=0.06))
    out = checked(data)
    hit = out.decision[data.y > 0].mean(), out.decision[data.y == 0].mean()
    assert hit[0] == pytest.approx(hit[1], abs=0.08)
    assert out.p.mean() == pytest.approx(0.5, abs=0.05)
    assert np.abs(out.p - 0.5).mean() < 0.1  # and the model knows that it knows nothing


def test_the_same_labels_are_easy_where_transcripts_are_torn() -> None:
    """So the test before this one would see a leak."""
    rng = np.random.default_rng(1)
    data = telltale(rng)
    torn = replace(data, groups=rng.permutation(data.groups))
    assert min(accuracies(torn)) > 0.95


def shuffled(data: Training, group: str, rng: np.random.Generator) -> Training:
    """The rows' labels of one transcript change places, so that its counts (and the folds) stay."""
    order = np.arange(len(data.y))
    own = np.flatnonzero(data.groups == group)
    order[own] = rng.permutation(own)
    return replace(data, y=data.y[order], polarity=data.polarity[order])


@pytest.mark.parametrize("choice", ["many", "one"])
def test_a_folds_results_do_not_hang_on_its_own_labels(choice: str) -> None:
    """To the bit: its settings, thresholds, calibration and polarity come from the others."""
    rng = np.random.default_rng(3)
    data, _, _ = training(rng, n=120, k=3, transcripts=5, choice=choice)  # type: ignore[arg-type]
    close = tuple(Spec(lexical=float(w), context=0.5, c=1.0) for w in (2, 3, 4, 6))
    before = checked(data, specs=close)
    moved = False
    assert {*before.chosen} - {before.spec}  # else the choice is never put to the test
    for group in np.unique(data.groups):
        after = checked(shuffled(data, group, rng), specs=close)
        assert np.array_equal(before.fold, after.fold)
        own = data.groups == group
        fold = before.fold[own][0]
        assert np.array_equal(before.p[own], after.p[own])
        assert np.array_equal(before.decision[own], after.decision[own])
        assert np.array_equal(before.polarity[own], after.polarity[own])
        assert before.chosen[fold] == after.chosen[fold]
        moved |= not np.array_equal(before.p[~own], after.p[~own])
    assert moved


def test_validation_is_repeatable() -> None:
    """The same to the bit, whichever job ends first."""
    data, _, _ = training(np.random.default_rng(3))
    first, again = checked(data), checked(data)
    assert np.array_equal(first.p, again.p)
    assert np.array_equal(first.thresholds, again.thresholds)


def test_inner_products_that_are_kept_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of larger studies they are not kept: it is a matter of time, not of figures."""
    data, _, _ = training(np.random.default_rng(3), k=5)
    monkeypatch.setattr(solver, "MOST_ROWS", 99)  # of rows a feature: they are always used
    plainly, used = Products.of, []
    monkeypatch.setattr(Products, "of", lambda s, spec: (used.append(spec), plainly(s, spec))[1])
    with_ = checked(data)
    assert set(used) >= set(SPECS)
    monkeypatch.setattr(validate, "MOST_SENTENCES", 0)
    monkeypatch.setattr(validate, "Products", None)  # not even made
    without = checked(data)
    assert with_.chosen == without.chosen
    assert np.array_equal(with_.decision, without.decision)
    assert with_.p == pytest.approx(without.p, abs=0.01)


def test_folds_may_be_given() -> None:
    """Then those, and not others, are held out."""
    data, _, _ = training(np.random.default_rng(3))
    own = np.unique(data.groups, return_inverse=True)[1] % 5
    given = cross_validate(data, folds=5, seed=1, fold=own)
    drawn = checked(data)
    assert given is not None
    assert np.array_equal(given.fold, own)
    assert not np.array_equal(given.fold, drawn.fold)
    assert not np.array_equal(given.p, drawn.p)


def test_it_learns_what_there_is_to_learn() -> None:
    data, _, _ = training(np.random.default_rng(4), n=300)
    out = checked(data)
    assert macro_f1(data.y > 0, out.decision) > 0.7
    assert out.nested
    assert len(out.chosen) == 5


# -- only what was coded without a suggestion in view validates --------------------------------------


def test_assisted_codes_set_no_threshold_and_no_calibration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are marked here by a share that no other sentence has; nobody may see it."""
    rng = np.random.default_rng(5)
    data, _, _ = training(rng, n=200)
    gold = rng.random(200) < 0.6
    marked = replace(data, gold=gold, y=np.where(gold[:, None], data.y, 0.75))
    seen: list[Floats] = []
    for name in ("fit_thresholds", "fit_calibration"):
        inner = getattr(validate, name)

        def spy(scores: Floats, y: Floats, *, choice: str, inner: object = inner) -> object:
            seen.append(y)
            return inner(scores, y, choice=choice)  # type: ignore[operator]

        monkeypatch.setattr(validate, name, spy)
    out = checked(marked)
    assert len(seen) > 10
    assert not any((y == 0.75).any() for y in seen)
    assert out.calibration.fitted


@pytest.mark.parametrize("count", [0, 5])
def test_with_hardly_any_unassisted_code_confidence_only_ranks(count: int) -> None:
    """Nothing to calibrate on: the numbers are marked as ranks."""
    data, _, _ = training(np.random.default_rng(6))
    out = checked(replace(data, gold=np.arange(120) < count))
    assert not out.calibration.fitted
    assert not out.polarity_calibration.fitted
    if count == 0:
        assert out.thresholds.tolist() == [0, 0, 0]


def test_nothing_applies_where_too_few_codes_are_expected() -> None:
    """What the final model gives: codes over their thresholds, where enough is expected in all. Only of
    sentences that may have several codes or none, and where confidence means something.
    """
    rng = np.random.default_rng(3)
    out = checked(training(rng, n=600, rate=0.15)[0])
    expected = out.calibration(out.scores).sum(1)
    over = out.scores > out.thresholds
    few = expected < out.least[0]
    assert (over.any(1) & few).any()
    assert np.array_equal(out.given(out.scores), over & ~few[:, None])
    assert not checked(training(rng, choice="one")[0]).least.any()
    small = training(rng)[0]
    assert not checked(replace(small, gold=np.arange(120) < 5)).least.any()


def test_a_code_that_nobody_gave_is_not_expected() -> None:
    """One that is not modelled: it has no say in whether anything applies."""
    rng = np.random.default_rng(3)
    data = training(rng, n=600, rate=0.15)[0]
    wider = replace(
        data,
        y=np.column_stack([data.y, np.zeros(600)]),
        polarity=np.concatenate([data.polarity, np.full((600, 1, 2), np.nan)], axis=1),
    )
    out = checked(wider)
    assert (out.least > 0).tolist() == [True, True, True, False]
    assert out.least[:3] == pytest.approx(checked(data).least, rel=0.05)


def test_each_fold_is_told_by_the_others_where_nothing_applies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is put in its place is what decides in each fold."""
    data = training(np.random.default_rng(3), n=600, rate=0.15)[0]
    plain = checked(data)
    monkeypatch.setattr(validate, "least_of", lambda *args: np.full(3, 1e9))
    none = checked(data)
    assert plain.decision.any()
    assert not none.decision.any()
    assert np.array_equal(none.p, plain.p)
    assert none.least.tolist() == [1e9] * 3


# -- little data -----------------------------------------------------------------------------------


def test_one_transcript_cannot_be_validated() -> None:
    data, _, _ = training(np.random.default_rng(7), transcripts=1)
    assert cross_validate(data, folds=5, seed=1) is None


@pytest.mark.parametrize("transcripts", [2, 3])
def test_few_transcripts_choose_nothing(transcripts: int) -> None:
    """Held-out scores, but the starting settings, no thresholds, and no calibration of their own."""
    data, _, _ = training(np.random.default_rng(8), transcripts=transcripts)
    out = checked(data)
    assert not out.nested
    assert out.fold.max() + 1 == transcripts
    assert out.thresholds.tolist() == [0, 0, 0]
    assert not out.least.any()
    assert set(out.chosen) == {out.spec} == {SPECS[0]}
    assert out.calibration.fitted


def test_four_transcripts_are_enough_to_choose() -> None:
    data, _, _ = training(np.random.default_rng(9), transcripts=4)
    assert checked(data).nested


def test_fewer_folds_than_transcripts() -> None:
    """Two folds of six transcripts leave too little to choose by."""
    data, _, _ = training(np.random.default_rng(10))
    out = checked(data, folds=2)
    assert set(out.fold.tolist()) == {0, 1}
    assert not out.nested


@pytest.mark.parametrize("transcripts", [2, 4, 6])
def test_progress_counts_to_its_end(transcripts: int) -> None:
    data, _, _ = training(np.random.default_rng(11), transcripts=transcripts)
    seen: list[tuple[int, int]] = []
    cross_validate(data, folds=5, seed=1, progress=lambda done, total: seen.append((done, total)))
    total = seen[0][1]
    assert seen == [(i + 1, total) for i in range(total)]


# -- odd labels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.0, 1.0, 0.5])
def test_everything_coded_alike(value: float) -> None:
    """No code, every code, or divided coders in every sentence: believable, and no warning."""
    data, _, _ = training(np.random.default_rng(12))
    out = checked(replace(data, y=np.full_like(data.y, value)))
    assert out.p == pytest.approx(value, abs=0.06)


def test_a_code_of_one_transcript_is_missing_from_most_folds() -> None:
    data, _, _ = training(np.random.default_rng(13))
    y = data.y.copy()
    y[:, 2] = 0
    y[:5, 2] = 1
    out = checked(replace(data, y=y))
    assert len(set(out.fold[:5].tolist())) == 1
    assert not out.decision[:5, 2].all()


def test_one_of_k_with_sentences_that_nobody_coded() -> None:
    data, _, _ = training(np.random.default_rng(14), choice="one")
    y = data.y.copy()
    y[::5] = 0
    out = checked(replace(data, y=y))
    assert out.p.sum(1) == pytest.approx(1)
    assert (out.decision.sum(1) == 1).all()


@pytest.mark.parametrize("share", [None, (1.0, 0.0), (0.0, 1.0)])
def test_too_few_polarities_to_learn(share: tuple[float, float] | None) -> None:
    """None given, barriers alone, facilitators alone: no head, no calibration, zeros."""
    data, _, _ = training(np.random.default_rng(15), polarities=False)
    polarity = data.polarity.copy()
    if share is not None:
        polarity[data.y > 0] = share
    out = checked(replace(data, polarity=polarity))
    assert not out.polarity.any()
    assert not out.polarity_calibration.fitted


def test_polarities_of_one_transcript_alone() -> None:
    """Learned for the others' folds, unknown for its own."""
    data, _, _ = training(np.random.default_rng(16), n=240)
    polarity = data.polarity.copy()
    first = data.groups == data.groups[0]
    polarity[~first] = np.nan
    out = checked(replace(data, polarity=polarity))
    own = out.fold == out.fold[first][0]
    assert not out.polarity[own].any()
    assert out.polarity[~own].any()


def test_sentences_without_words_or_context() -> None:
    """Nothing measured at all but the length."""
    n = 60
    zeros = {b: np.zeros((n, WIDTH), np.float32) for b in BLOCKS}
    data, _, _ = training(np.random.default_rng(17), n=n)
    checked(replace(data, raw=Raw(zeros, data.raw.tf[:, :0], data.raw.shape)))


def test_two_hundred_codes() -> None:
    """On 300 sentences, most codes with a handful: done in seconds, without a warning."""
    rng = np.random.default_rng(18)
    data, _, _ = training(rng, n=300, k=200, transcripts=10, rate=0.02)
    start = time.perf_counter()
    out = checked(data)
    assert out.p.shape == (300, 200)
    assert time.perf_counter() - start < 30


def test_settings_are_compared_on_the_transcripts_own_codes() -> None:
    """Words tell here and embeddings are noise: the setting that listens to words is chosen."""
    data, _, _ = training(np.random.default_rng(19), n=300)
    deaf, keen = Spec(lexical=0.0, context=0.7, c=1.0), Spec(lexical=1.2, context=0.0, c=1.0)
    out = cross_validate(data, folds=5, seed=1, specs=(deaf, keen))
    assert out is not None
    assert out.spec == keen
    assert out.chosen == (keen,) * 5

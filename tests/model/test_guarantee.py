"""Promises of precision and recall, from held-out scores made by hand or drawn from a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from coded_talk import bundle, embed, passages
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from precode.model.bundle_files import load, save
from precode.model.guarantee import Guarantee, HeldOutScores, guarantee
from precode.model.predictions import Verdict


def drawn(
    rng: np.random.Generator,
    *,
    transcripts: int,
    length: float = 30.0,
    slope: float = 1.5,
    level: float = -1.0,
    apart: float = 0.5,
) -> HeldOutScores:
    """One code. The odds that a sentence carries it rise with its sureness, more in some transcripts
    than in others (``apart``, an SD in log-odds).
    """
    sizes = 1 + rng.gamma(1.5, length / 1.5, transcripts).astype(int)
    at = np.repeat(np.arange(transcripts), sizes)
    sureness = rng.normal(0, 2, (len(at), 1))
    own = rng.normal(0, apart, transcripts)[at]
    truth = rng.random((len(at), 1)) < expit(slope * sureness + level + own[:, None])
    return HeldOutScores(sureness, truth, sureness > 0, np.array([True]), at)


def made(evidence: HeldOutScores, **targets: float) -> Guarantee:
    return guarantee(evidence, ["a"], confidence=0.95, **targets)


# -- what is promised holds ------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [0.0, 0.8])
@pytest.mark.parametrize("transcripts", [8, 25])
def test_thresholds_keep_their_promises_on_endless_further_transcripts(
    transcripts: int, apart: float
) -> None:
    """The truth is known from 200,000 sentences; at most one draw in twenty may break it."""
    rng = np.random.default_rng(2)
    world = drawn(rng, transcripts=8000, apart=apart)
    order = np.argsort(world.sureness[:, 0])
    sureness, truth = world.sureness[order, 0], world.truth[order, 0]
    above = np.cumsum(truth[::-1])[::-1]
    right = above / np.arange(len(truth), 0, -1)
    broken = {0.9: 0, 0.8: 0, "recall": 0}
    acted = 0
    draws = 120
    for _ in range(draws):
        evidence = drawn(rng, transcripts=transcripts, apart=apart)
        for target in (0.8, 0.9):
            (p,) = made(evidence, precision=target).precise
            acted += p.promised
            if p.promised:
                broken[target] += right[np.searchsorted(sureness, max(p.cut, 0.0))] < target
        (c,) = made(evidence, recall=0.9).complete
        if c.promised:
            broken["recall"] += above[np.searchsorted(sureness, c.cut)] / above[0] < 0.9
    assert max(broken.values()) / draws <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / draws)
    assert transcripts < 20 or acted > draws / 4


def test_a_code_no_better_than_the_target_is_hardly_ever_accepted() -> None:
    """Right in 0.79 of the cases wherever it is cut: any promise of 0.8 is broken."""
    rng = np.random.default_rng(1)
    level = float(np.log(0.79 / 0.21))
    promised = [
        made(
            drawn(rng, transcripts=20, slope=0, level=level, apart=0), precision=0.8
        ).precise[0].promised
        for _ in range(200)
    ]  # fmt: skip
    assert np.mean(promised) <= 0.05


# -- what is promised is not nothing ----------------------------------------------------------------


def test_clear_codes_of_many_transcripts_are_accepted_and_what_lacks_them_is_skipped() -> None:
    evidence = drawn(np.random.default_rng(1), transcripts=40, slope=4)
    g = made(evidence, precision=0.9, recall=0.9)
    (p,), (c,) = g.precise, g.complete
    assert p.promised
    assert c.promised
    assert p.bound >= 0.9
    assert c.bound >= 0.9
    assert p.observed >= p.bound
    assert g.accepted(evidence.sureness, evidence.given).mean() > 0.1
    assert (evidence.sureness < c.cut).mean() > 0.3


def test_too_little_evidence_abstains_and_says_how_much_more_it_would_take() -> None:
    evidence = drawn(np.random.default_rng(1), transcripts=6, length=8, slope=4, level=3)
    g = made(evidence, precision=0.9, recall=0.9)
    for promise in (*g.precise, *g.complete):
        assert not promise.promised
        assert promise.more is not None
        assert promise.more > 5
    assert not g.accepted(evidence.sureness, evidence.given).any()


def test_with_as_many_more_as_it_asked_for_it_promises_more_often_than_not() -> None:
    """The estimate is rough: with three times as many it nearly always does, with a third seldom."""
    rng = np.random.default_rng(4)
    small = drawn(rng, transcripts=8, length=12, slope=3)
    (p,) = made(small, precision=0.8).precise
    assert not p.promised
    assert p.more is not None
    times = 1 + p.more / p.positives

    def share(factor: float) -> float:
        n = round(8 * factor)
        found = [
            made(drawn(rng, transcripts=n, length=12, slope=3), precision=0.8).precise[0]
            for _ in range(30)
        ]
        return float(np.mean([f.promised for f in found]))

    assert share(3 * times) > 0.7
    assert share(times / 3) < 0.5


def test_a_code_that_is_wrong_even_where_it_is_surest_is_not_in_sight() -> None:
    evidence = drawn(np.random.default_rng(1), transcripts=30, slope=0, level=0, apart=0)
    (p,) = made(evidence, precision=0.9).precise
    assert not p.promised
    assert p.more is None


def test_an_unpromised_code_keeps_every_passage_known_to_be_read() -> None:
    evidence = drawn(np.random.default_rng(1), transcripts=6, length=5)
    (c,) = made(evidence, recall=0.9).complete
    assert not c.promised
    assert c.cut == evidence.sureness[evidence.truth].min()


def test_codes_not_modelled_or_never_given_promise_nothing() -> None:
    rng = np.random.default_rng(1)
    e = drawn(rng, transcripts=30, slope=4)
    none = HeldOutScores(
        np.hstack([e.sureness] * 2), np.hstack([e.truth, e.truth & False]),
        np.hstack([e.given & False, e.given]), np.array([False, True]), e.transcript,
    )  # fmt: skip
    g = guarantee(none, ["a", "b"], confidence=0.95, precision=0.8, recall=0.8)
    assert not any(p.promised for p in (*g.precise, *g.complete))
    assert not g.accepted(none.sureness, none.given).any()


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 25), st.sampled_from([0.6, 0.8, 0.9]))
def test_any_evidence_gives_promises_that_fit_together(
    seed: int, transcripts: int, target: float
) -> None:
    evidence = drawn(np.random.default_rng(seed), transcripts=transcripts, length=10)
    g = made(evidence, precision=target, recall=target)
    for p in (*g.precise, *g.complete):
        assert p.promised == (p.bound >= target)
        assert p.observed >= p.bound
        assert (p.more == 0) == p.promised
    accepted = g.accepted(evidence.sureness, evidence.given)
    assert not (accepted & ~evidence.given).any()
    (p,), (c,) = g.precise, g.complete
    if p.promised:
        assert int(accepted.sum()) == p.passages
        assert evidence.truth[accepted].mean() == pytest.approx(p.observed)
    kept = (evidence.sureness >= c.cut)[evidence.truth]
    assert not c.promised or kept.mean() == pytest.approx(c.observed)


def test_a_higher_target_or_more_sureness_never_accepts_more() -> None:
    evidence = drawn(np.random.default_rng(6), transcripts=40, slope=4)
    low = made(evidence, recall=0.8).complete[0].cut
    high = made(evidence, recall=0.9).complete[0].cut
    assert high < low
    sure = guarantee(evidence, ["a"], confidence=0.99, recall=0.8).complete[0].cut
    assert sure <= low


# -- sentences -------------------------------------------------------------------------------------


def promises(precision: tuple[float, ...] = (), recall: tuple[float, ...] = ()) -> Guarantee:
    """Cuts by hand, for codes a and b."""
    from precode.model.guarantee import Promise

    def of(cut: float) -> Promise:
        return Promise("a", cut, True, 0.9, 0.95, 100, 20, 100, 0)

    return Guarantee(0.95, 0.9, tuple(map(of, precision)), 0.9, tuple(map(of, recall)))


SURENESS = np.array([[3.0, -5.0], [3.0, -1.0], [1.0, -5.0], [-5.0, -5.0], [-1.0, -5.0]])
DECISION = SURENESS > 0


def verdicts(g: Guarantee, choice: str = "many", *, calibrated: bool = True) -> list[str]:
    found = g.verdicts(
        expit(SURENESS), SURENESS, DECISION, accept=0.8, calibrated=calibrated, choice=choice,
    )  # fmt: skip
    return [v.value for v in found]


def test_a_sentence_is_settled_only_if_every_code_is() -> None:
    """Codes given by precision, codes not given by recall; either alone leaves the other to the
    calibrated confidence (here 0.8 and more).
    """
    both = promises(precision=(2, 2), recall=(-2, -2))
    assert verdicts(both) == ["accept", "review", "review", "none", "review"]
    lenient = promises(precision=(0.5, 0.5), recall=(0, 0))
    assert verdicts(lenient) == ["accept", "accept", "accept", "none", "none"]
    assert verdicts(promises(precision=(0.5, 0.5))) == [
        "accept", "review", "accept", "none", "review",
    ]  # fmt: skip
    assert verdicts(promises(recall=(0, 0))) == ["accept", "accept", "review", "none", "none"]


def test_what_is_only_ranked_is_settled_by_promises_alone() -> None:
    both = promises(precision=(2, 2), recall=(-2, -2))
    assert verdicts(both, calibrated=False) == verdicts(both)
    assert set(verdicts(promises(precision=(0, 0)), calibrated=False)) == {"review"}


def test_one_of_k_is_settled_by_the_code_given_unless_recall_was_asked_for() -> None:
    assert verdicts(promises(precision=(2, 2)), "one")[:2] == ["accept", "accept"]
    assert verdicts(promises(precision=(2, 2), recall=(-2, -2)), "one")[:2] == ["accept", "review"]


# -- in a model ------------------------------------------------------------------------------------


def test_a_model_keeps_its_evidence_and_an_older_one_has_none(tmp_path) -> None:  # type: ignore[no-untyped-def]
    model = bundle(np.random.default_rng(1), n=120, transcripts=6)
    assert model.held_out is not None
    save(model, tmp_path / "new", "# Card\n")
    back = load(tmp_path / "new").held_out
    assert back is not None
    for name in ("sureness", "truth", "given", "modelled", "transcript"):
        np.testing.assert_array_equal(getattr(back, name), getattr(model.held_out, name))
    from dataclasses import replace

    save(replace(model, held_out=None), tmp_path / "old", "# Card\n")
    assert load(tmp_path / "old").held_out is None


def test_predictions_carry_what_was_accepted_and_only_then() -> None:
    rng = np.random.default_rng(1)
    model = bundle(rng, n=400, transcripts=10)
    assert model.held_out is not None
    codes = model.codebook.leaf_ids
    talk = passages(rng, rng.integers(0, 2, (60, 3)).astype(float))
    assert model.predict(talk, embed, accept=0.8).accepted is None
    g = guarantee(model.held_out, codes, confidence=0.9, precision=0.6, recall=0.6)
    found = model.predict(talk, embed, accept=0.8, guarantee=g)
    assert found.accepted is not None
    assert found.accepted.any()
    assert not (found.accepted & ~found.decision).any()
    for verdict, given_, accepted in zip(
        found.verdict, found.decision, found.accepted, strict=True
    ):
        if verdict is Verdict.ACCEPT:
            assert (given_ == accepted).all()
        if verdict is Verdict.NONE:
            assert not given_.any()

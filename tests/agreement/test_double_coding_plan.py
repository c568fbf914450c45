"""How much to double-code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from precode.agreement import counts as of
from precode.agreement.planner import (
    CORRELATION,
    Clustering,
    clustering,
    intraclass,
    plan,
    simulate,
)

EVEN = Clustering(0.1, 0.0, 0.0, (100,) * 30, True)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("prevalence", "n", "low", "high"),
    [(0.03, 800, 0.53, 0.83), (0.05, 800, 0.57, 0.80), (0.10, 400, 0.57, 0.81),
     (0.10, 1500, 0.64, 0.76), (0.25, 400, 0.61, 0.78)],
)  # fmt: skip
def test_independent_sentences_scatter_as_computed_elsewhere(
    prevalence: float, n: int, low: float, high: float
) -> None:
    """95 % range of the estimated kappa when the true one is .70: the figures the field's notes hold
    for unclustered sentences.
    """
    world = replace(EVEN, prevalence=prevalence)
    drawn = simulate(np.full((4000, 10), n // 10), world, 0.7, rng()).sum(axis=1)
    found = np.nanquantile(of.kappa(drawn), [0.025, 0.975])
    assert found == pytest.approx([low, high], abs=0.02)


def test_the_simulated_studies_have_the_kappa_prevalence_and_clustering_asked_for() -> None:
    world = Clustering(0.2, 0.1, 0.05, (50,), True)
    tables = simulate(np.full((1, 20000), 50), world, 0.6, rng())[0]
    whole = tables.sum(axis=0)
    assert of.kappa(whole) == pytest.approx(0.6, abs=0.01)
    assert (whole[of.TP] + whole[of.FN]) / whole.sum() == pytest.approx(0.2, abs=0.005)
    assert (whole[of.TP] + whole[of.FP]) / whole.sum() == pytest.approx(0.2, abs=0.005)
    yes = tables[:400, of.TP] + tables[:400, of.FN]
    y = np.concatenate([np.arange(50) < k for k in yes])
    found = intraclass(y, np.repeat([str(i) for i in range(400)], 50))
    assert found == pytest.approx(0.1, abs=0.02)


def test_intraclass_correlation_of_alike_and_of_mixed_transcripts() -> None:
    names = np.repeat([f"t{i}" for i in range(10)], 20)
    assert intraclass(np.repeat(np.arange(10) % 2 == 0, 20), names) == 0.5  # its upper bound
    assert intraclass(np.tile(np.arange(20) % 2 == 0, 10), names) == 0.0
    assert intraclass(np.zeros(200, bool), names) is None
    assert intraclass(np.arange(100) % 3 == 0, names[:100]) is None  # five transcripts


def test_what_cannot_be_measured_is_the_stated_default() -> None:
    values = np.array([[1, 1], [0, 1], [0, 0], [0, 0]])
    found = clustering(values, ["t0"] * 4, (30, 40))
    assert not found.measured
    assert found.correlation == CORRELATION
    assert found.prevalence == pytest.approx(3 / 8)


def test_a_coder_who_read_little_moves_the_prevalence_little() -> None:
    values = np.array([[1, 0, -1]] * 10 + [[0, 0, -1]] * 89 + [[1, 1, 1]])
    assert clustering(values, ["t0"] * 100, (100,)).prevalence == pytest.approx(13 / 201)


def test_narrower_intervals_rarer_codes_and_clustering_ask_for_more() -> None:
    def needed(world: Clustering, width: float) -> int:
        found = plan("", world, width=width, kappa=0.7, floor=10, rng=rng()).transcripts
        assert found is not None
        return found

    base = needed(EVEN, 0.15)
    assert needed(EVEN, 0.1) > base
    assert needed(replace(EVEN, prevalence=0.05), 0.15) > base
    assert needed(replace(EVEN, correlation=0.1, disagreement=0.1), 0.15) > base


def test_scattering_sentences_over_the_study_beats_whole_transcripts() -> None:
    """Where transcripts differ, reading a little of each tells more than all of a few."""
    world = replace(EVEN, correlation=0.1, disagreement=0.05)
    found = plan("", world, width=0.2, kappa=0.7, floor=10, rng=rng())
    assert found.scattered is not None
    assert found.sentences is not None
    assert found.scattered < found.sentences


def test_a_study_too_small_for_the_width_says_so() -> None:
    small = replace(EVEN, prevalence=0.02, sizes=(50,) * 8)
    found = plan("", small, width=0.1, kappa=0.7, floor=10, rng=rng())
    assert found.scattered is None
    assert found.transcripts is not None
    assert found.transcripts > 8


def test_the_same_seed_gives_the_same_plan() -> None:
    one, two = (plan("", EVEN, width=0.2, kappa=0.7, floor=10, rng=rng(4)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("kappa", [-0.1, 1.0])
def test_impossible_wishes_are_refused(kappa: float) -> None:
    with pytest.raises(ValueError, match="kappa"):
        plan("", EVEN, width=0.2, kappa=kappa, floor=10, rng=rng())

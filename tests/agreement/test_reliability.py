"""All coefficients of one question, with intervals or the words why there is none; confusions."""

from __future__ import annotations

import numpy as np
import pytest

from precode.agreement.bootstrap import cluster_weights
from precode.agreement.confusions import Confusion, confusions
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.masi import masi_distances
from precode.agreement.reliability import (
    Reliability,
    mean_reliability,
    reliability,
    set_agreement,
    tally,
)
from precode.agreement.shares import Sampling
from precode.agreement.units import Given, Readings
from precode.codebook import parse_codebook
from precode.domain import Polarity

B, F, BOTH, UNCLEAR = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.UNCLEAR
CODEBOOK = parse_codebook(
    'name = "Mini"\nversion = "1"\n'
    + "".join(f'[[code]]\nid = "{c}"\nlabel = "{c}"\ndefinition = "x"\n' for c in "abc")
)


def sampling(*, floor: int = 1, draws: int = 200) -> Sampling:
    return Sampling(np.random.default_rng(1), draws, floor)


def of_table(tp: int, fn: int, fp: int, tn: int, *, each: int = 10, floor: int = 1) -> Reliability:
    """Two coders: both yes, only the first, only the second, neither; shuffled over transcripts of
    ``each`` sentences.
    """
    rows = [[1, 1]] * tp + [[1, 0]] * fn + [[0, 1]] * fp + [[0, 0]] * tn
    values = np.random.default_rng(2).permutation(np.array(rows))
    names = [f"t{i // each}" for i in range(len(values))]
    return reliability(tally(values, 2, names), sampling=sampling(floor=floor))


def value(figure: Figure | None) -> float:
    assert isinstance(figure, Estimate), figure
    return figure.value


def why(figure: Figure) -> str:
    return figure.why


def test_all_coefficients_of_one_table() -> None:
    """20 both, 5 and 5 apart, 70 neither."""
    found = of_table(20, 5, 5, 70)
    assert (found.units, found.transcripts, found.positives) == (100, 10, 30)
    assert value(found.prevalence) == pytest.approx(0.25)
    assert value(found.observed) == pytest.approx(0.9)
    assert value(found.kappa) == pytest.approx((0.9 - 0.625) / 0.375)
    assert value(found.pabak) == pytest.approx(0.8)
    assert value(found.ac1) == pytest.approx((0.9 - 0.375) / 0.625)
    assert value(found.alpha) == pytest.approx(1 - 199 * 20 / (2 * 50 * 150))
    for figure in (found.kappa, found.alpha, found.ac1, found.pabak, found.observed):
        assert isinstance(figure, Estimate)
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high <= 1


def test_pabak_and_its_interval_are_those_of_percent_agreement_rescaled() -> None:
    found = of_table(20, 5, 5, 70)
    assert isinstance(found.observed, Estimate)
    assert isinstance(found.pabak, Estimate)
    assert found.observed.low is not None
    assert found.pabak.low == pytest.approx(2 * found.observed.low - 1)


def test_a_rare_code_has_percent_agreement_but_no_kappa() -> None:
    found = of_table(2, 2, 0, 96, floor=10)
    assert why(found.kappa) == why(found.alpha) == "only 4 have it, 10 are needed"
    assert value(found.observed) == pytest.approx(0.98)


def test_a_code_nearly_everywhere_is_as_degenerate() -> None:
    assert why(of_table(96, 0, 2, 0, floor=10).kappa) == "only 2 lack it, 10 are needed"
    assert why(of_table(98, 0, 0, 0, floor=10).kappa) == "none lack it, 10 are needed"


def test_coders_who_never_differ_have_coefficients_of_one_and_no_interval() -> None:
    found = of_table(20, 0, 0, 80)
    for figure in (found.observed, found.kappa, found.alpha, found.ac1, found.pabak):
        assert isinstance(figure, Estimate)
        assert figure.value == pytest.approx(1)
        assert figure.low is None
        assert "no interval" in figure.why


def test_too_few_units_give_no_figure_at_all() -> None:
    found = of_table(3, 1, 0, 3, floor=10)
    assert why(found.observed) == "only 7 sentences read by two, 10 are needed"


def test_two_transcripts_give_figures_without_intervals() -> None:
    found = of_table(20, 5, 5, 70, each=50)
    assert isinstance(found.kappa, Estimate)
    assert found.kappa.low is None
    assert "fewer than 3 transcripts" in found.kappa.why


def test_no_units_are_no_error() -> None:
    found = reliability(tally(np.zeros((0, 2), int), 2, []), sampling=sampling())
    assert why(found.kappa) == "no sentences read by two"


def test_the_mean_over_codes_leaves_out_what_is_not_estimable() -> None:
    """Two codes with kappa, one too rare for it; all three have percent agreement."""
    rng = np.random.default_rng(3)
    names = [f"t{i // 20}" for i in range(200)]
    tallies = []
    for rate in (0.5, 0.3, 0.005):
        first = rng.random(200) < rate
        second = np.where(rng.random(200) < 0.1, ~first, first) if rate > 0.1 else first
        tallies.append(tally(np.column_stack([first, second]).astype(int), 2, names))
    weights = cluster_weights(10, rng=rng, draws=200)
    each = [reliability(t, sampling=sampling(floor=10), weights=weights) for t in tallies]
    found = mean_reliability(tallies, each, weights=weights)
    assert isinstance(each[2].kappa, NotEstimable)
    assert value(found.kappa) == pytest.approx((value(each[0].kappa) + value(each[1].kappa)) / 2)
    assert value(found.observed) == pytest.approx(np.mean([value(r.observed) for r in each]))


def test_whole_sets_are_compared_with_masi() -> None:
    sets = [frozenset(), frozenset({("a", "")}), frozenset({("a", ""), ("b", "")})]
    values = np.array([[0, 0], [1, 1], [1, 2], [0, 1]] * 10)
    names = [f"t{i % 5}" for i in range(40)]
    found = set_agreement(values, sets, names, sampling=sampling())
    assert (found.units, found.transcripts, found.sets) == (40, 5, 3)
    assert value(found.same) == pytest.approx(0.5)
    n_c, delta = np.array([30.0, 40, 10]), masi_distances(sets)
    expected = 1 - 79 * (20 * 2 / 3 + 20) / (n_c @ delta @ n_c)
    assert value(found.alpha) == pytest.approx(expected)


def test_sets_that_are_all_the_same_have_no_alpha() -> None:
    found = set_agreement(np.zeros((20, 2), int), [frozenset()], ["t"] * 20, sampling=sampling())
    assert why(found.alpha) == "all coders gave every unit the same set of codes"
    assert value(found.same) == 1


# -- confusions ------------------------------------------------------------------------------------


def readings(*rows: tuple[Given | None, Given | None]) -> Readings:
    return Readings(
        tuple((f"s{i}",) for i in range(len(rows))), ("t0",) * len(rows), ("A", "B"), rows
    )


def kinds(found: tuple[Confusion, ...]) -> list[tuple[str, str, str, int, int]]:
    return [(c.kind, c.first, c.second, c.n, c.either) for c in found]


def test_codes_swapped_either_way_are_one_confusion() -> None:
    """a against b twice, once each way; agreed on a once, on b once."""
    found = confusions(
        readings(
            ({"a": B}, {"b": B}), ({"b": B}, {"a": B}), ({"a": B}, {"a": B}), ({"b": B}, {"b": B})
        ),
        CODEBOOK,
    )
    assert kinds(found) == [("codes swapped", "a", "b", 2, 4)]
    one, two = found[0].cases
    assert (one.coder, one.other, one.unit) == ("A", "B", ("s0",))
    assert (two.coder, two.other) == ("B", "A")
    assert two.coder_gave == (("a", B),)


def test_what_only_one_coded_is_no_swap() -> None:
    found = confusions(readings(({"a": B}, {}), ({}, {"a": B}), ({"a": B}, {"a": F})), CODEBOOK)
    assert kinds(found) == [
        ("only one coded it", "a", "", 2, 3), ("polarity swapped", "a", "a", 1, 3),
    ]  # fmt: skip
    assert found[1].polarities == (B, F)


def test_a_shared_code_is_not_swapped_with_an_extra_one() -> None:
    """Both gave a, B also c: they differ in c, but nobody took a for c."""
    assert confusions(readings(({"a": B}, {"a": B, "c": B})), CODEBOOK) == ()


def test_one_code_against_two_counts_in_both_pairs() -> None:
    found = confusions(readings(({"a": B}, {"b": B, "c": B})), CODEBOOK)
    assert [(c.first, c.second) for c in found] == [("a", "b"), ("a", "c")]


def test_unclear_is_no_direction() -> None:
    assert confusions(readings(({"a": B}, {"a": UNCLEAR})), CODEBOOK) == ()
    found = confusions(readings(({"a": BOTH}, {"a": B})), CODEBOOK)
    assert found[0].polarities == (B, BOTH)
    assert found[0].cases[0].coder == "B"


def test_who_has_not_read_it_confuses_nothing() -> None:
    assert confusions(readings(({"a": B}, None)), CODEBOOK) == ()

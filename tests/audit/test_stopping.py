"""Stopping rules, and the advice made of them."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.audit.design import Interval
from precode.audit.stopping import (
    Advice,
    advise,
    bloodgood_vijay_shanker_2009,
    can_judge,
    changed,
    kappa_between,
    lewis_yang_frieder_2021,
    recall_bound,
    zhu_wang_hovy_2008,
)
from precode.audit.unread import Tally

LARGE = 10**6


def held(passages: float, of_them: float, *, most: float = LARGE) -> Tally:
    """A code in a large frame of which much is unread."""
    return Tally(passages, of_them, 100, 10**5, most)


def audit(codes: dict[str, Tally], *, answered: int = 139, drawn: int = 139) -> Advice:
    return lewis_yang_frieder_2021(
        codes, answered=answered, drawn=drawn, target=0.8, confidence=0.95
    )


# -- stability -------------------------------------------------------------------------------------


def test_settled_predictions() -> None:
    """The last three, .99, .995 and .99: their mean is .9917; F1 moves by .04 at most."""
    a = bloodgood_vijay_shanker_2009([0.3, 0.99, 0.995, 0.99])
    assert (a.stop, a.threshold) == (True, 0.99)
    assert a.value == pytest.approx(0.99167, abs=1e-4)
    assert a.words == "predictions have settled: F1 now changes by 0.04 at most between models"


@pytest.mark.parametrize("kappas", [[], [1.0, 1.0], [1.0, 1.0, 0.96]])
def test_too_early_or_still_moving(kappas: list[float]) -> None:
    """Fewer than three comparisons, or a mean below .99."""
    assert not bloodgood_vijay_shanker_2009(kappas).stop


def test_classification_change_takes_none_at_all() -> None:
    assert zhu_wang_hovy_2008([0.2, 0.0]).stop
    assert not zhu_wang_hovy_2008([0.0, 0.01]).stop
    assert not zhu_wang_hovy_2008([]).stop
    assert zhu_wang_hovy_2008([0.004, 0.002], threshold=0.005, window=2).stop


def test_two_models_compared() -> None:
    """One of four sentences changed, one of eight decisions: margins .5 and .625, kappa .75."""
    before = np.array([[1, 0], [1, 0], [1, 0], [1, 0]], dtype=bool)
    after = before.copy()
    after[0, 1] = True
    assert changed(before, after) == 0.25
    # (7/8 - 1/2) / (1 - 1/2)
    assert kappa_between(before, after) == pytest.approx(0.75)
    assert kappa_between(np.zeros((3, 2), bool), np.zeros((3, 2), bool)) == 1
    assert kappa_between(before, ~before) == pytest.approx(-1)


# -- recall ----------------------------------------------------------------------------------------


def test_fourteen_of_fourteen_show_four_fifths() -> None:
    """.05^(1/14) = .807; of thirteen .794; 21 of 22 just so, 20 of 22 not."""
    assert recall_bound(held(14, 14), 0.95) == pytest.approx(0.05 ** (1 / 14), abs=1e-4)
    assert recall_bound(held(13, 13), 0.95) < 0.8
    assert recall_bound(held(22, 21), 0.95) > 0.8
    assert recall_bound(held(22, 20), 0.95) < 0.8
    assert can_judge(held(14, 0), target=0.8, confidence=0.95)
    assert not can_judge(held(13, 13), target=0.8, confidence=0.95)


def test_a_small_frame_takes_fewer() -> None:
    """12 of 12, of 56 at most: with 12 lost a chance of C(44,12)/C(56,12) = .038 of none drawn."""
    assert recall_bound(held(12, 12, most=56), 0.95) == pytest.approx(1 - 11 / 56)


def test_what_the_sample_found_itself_is_held() -> None:
    """All passages are in the sample: all are held now, whatever machine and queue had."""
    assert recall_bound(held(20, 5, most=20), 0.95) == 1


def test_no_more_can_be_missed_than_is_open() -> None:
    """90 found, 10 sentences open: at least 90 of 100, sure. None open: all."""
    assert recall_bound(Tally(2, 0, 90, 10, 100), 0.95) == pytest.approx(0.9)
    assert recall_bound(Tally(0, 0, 0, 0, 0), 0.95) == 1
    assert recall_bound(Tally(0, 0, 0, 5, 30), 0.95) == 0


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 400), st.floats(0.5, 0.97))
def test_the_bound_is_a_share_and_moves_the_right_way(
    passages: int, lost: int, beside: int, confidence: float
) -> None:
    """One more held never lowers it; more confidence never raises it; it is not above the figure."""
    s = passages + lost
    code = held(s, passages, most=s + beside)
    bound = recall_bound(code, confidence)
    assert 0 <= bound <= 1
    assert recall_bound(held(s, max(passages - 1, 0), most=s + beside), confidence) <= bound + 1e-9
    assert recall_bound(code, confidence + 0.02) <= bound + 1e-9
    assert bound <= 1 - (lost / s) * (1 - s / (s + beside)) + 1 / (s + beside) + 1e-9


def test_looking_after_every_passage_keeps_the_promise() -> None:
    """200 passages come to be held one by one, in an order blind to the audit; somebody looks after
    each. Where the bound first reaches .8, the frame has in at least 93 of 100.
    """
    rng = np.random.default_rng(0)
    kept = reached = 0
    for _ in range(400):
        sampled = np.sort(rng.permutation(200)[:30])
        for j in range(1, 31):
            if recall_bound(Tally(30, j, 30, 10**5, 200), 0.95) >= 0.8:
                reached += 1
                kept += int((sampled[j - 1] + 1 + 30 - j) / 200 >= 0.8)
                break
    assert reached == 400
    assert 0.93 <= kept / reached < 1  # < 1: the bound is not merely timid


# -- the audit's advice ----------------------------------------------------------------------------


def test_no_look_before_the_sample_is_answered() -> None:
    a = audit({"Social opportunity": held(30, 30)}, answered=100)
    assert (a.stop, a.value) == (False, None)
    assert a.words == "39 of 139 audit sentences are still to be answered"


def test_every_code_holds() -> None:
    a = audit({"A": held(30, 30), "B": held(14, 14)})
    assert a.stop
    assert a.value == pytest.approx(0.807, abs=0.001)
    assert a.words == (
        "people and machine together hold at least 80% of the passages of every code, 95% sure"
    )


def test_one_code_short_is_named() -> None:
    """The worst of two that fall short."""
    a = audit({"A": held(30, 30), "B": held(20, 12), "C": held(20, 16)})
    assert not a.stop
    assert a.words.startswith("of B people and machine together hold at least 39%")
    assert "the aim is 80% (and one more code falls short)" in a.words


def test_a_code_too_rare_to_judge_is_named_and_blocks_nothing() -> None:
    a = audit({"A": held(30, 30), "B": held(2, 0), "C": held(1, 1), "D": held(0, 0)})
    assert a.stop
    assert "of the passages of A, 95% sure" in a.words
    assert a.words.endswith(
        "Cannot be judged: B (2 passages in the sample), C (1 passage in the sample) and "
        "D (no passage in the sample)"
    )


def test_where_nothing_can_be_judged_the_advice_is_to_go_on() -> None:
    a = audit({"A": held(3, 3)})
    assert not a.stop
    assert a.words.startswith("the audit sample is too small to judge any code. Cannot be judged")


def test_what_was_logged_can_be_asked_again() -> None:
    """Through JSON and back: the same advice."""
    codes = {"A": held(22.5, 21.25, most=300), "B": held(2, 0)}
    logged = json.loads(json.dumps({name: asdict(t) for name, t in codes.items()}))
    again = {name: Tally(**t) for name, t in logged.items()}
    assert audit(again) == audit(codes)
    assert Advice(**json.loads(json.dumps(asdict(audit(codes))))) == audit(codes)


# -- all together ----------------------------------------------------------------------------------


def test_going_on_says_what_would_help() -> None:
    """The reason, whether it settled, what is unread, and how much more reading would tell."""
    a = advise(
        audit({"Social opportunity": held(20, 12)}),
        settled=bloodgood_vijay_shanker_2009([0.9, 0.9, 0.9]),
        unread={
            "Social opportunity": Interval(31.4, 12, 60, 80),
            "Other": Interval.unknown(80, "no answers"),
        },
        halving={"Social opportunity": 40},
    )
    assert not a.stop
    assert a.words == (
        "go on: of Social opportunity people and machine together hold at least 39% of the "
        "passages, as far as the audit can tell; the aim is 80%. "
        "Predictions still move: kappa between successive models is 0.900. "
        "About 31 (12 to 60) passages of Social opportunity are probably unread. "
        "About 40 more reviews would halve the interval on Social opportunity"
    )


def test_settled_predictions_alone_stop_nobody() -> None:
    """A machine can settle on being wrong."""
    settled = bloodgood_vijay_shanker_2009([1.0, 1.0, 1.0])
    a = advise(audit({"A": held(20, 5)}), settled=settled)
    assert settled.stop and not a.stop


def test_stopping_is_allowed_never_ordered_and_nothing_is_promised() -> None:
    a = advise(audit({"A": held(30, 30)}), halving={"A": 40})
    assert a.stop
    assert a.words.startswith("you may stop: ")
    assert "sav" not in a.words and "halve" not in a.words

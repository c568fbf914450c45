"""Agreement between coders on what two of them have read."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.pairs import HumanAgreement, human_agreement
from precode.codebook import Codebook, parse_codebook
from precode.domain import Coding, HumanCodes, Polarity, Sentence

B, F, UNCLEAR = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.UNCLEAR


def codebook_of(*codes: str, polarity: bool = True) -> Codebook:
    return parse_codebook(
        'name = "Mini"\nversion = "1"\n'
        + "".join(
            f'[[code]]\nid = "{c}"\nlabel = "{c}"\ndefinition = "x"\n'
            f"polarity = {str(polarity).lower()}\n"
            for c in codes
        )
    )


CODEBOOK = codebook_of("time", "money")


def sentences(n: int, *, each: int = 5) -> tuple[Sentence, ...]:
    """``n`` sentences, ``each`` to a transcript."""
    return tuple(Sentence(f"s{i}", f"t{i // each}", 0, i, i + 1, "x") for i in range(n))


def human(said: Mapping[str, Sequence[Mapping[str, Polarity] | None]]) -> HumanCodes:
    """Coder → for each sentence, the codes given; None is not read."""
    return HumanCodes(
        codings=tuple(
            Coding(f"s{i}", coder, code, polarity, False, "import", "h")
            for coder, all_given in said.items()
            for i, given_codes in enumerate(all_given)
            for code, polarity in (given_codes or {}).items()
        ),
        read=frozenset(
            (f"s{i}", coder)
            for coder, all_given in said.items()
            for i, given_codes in enumerate(all_given)
            if given_codes is not None
        ),
    )


def agree(codes: HumanCodes, n: int, *, floor: int = 1, draws: int = 50) -> HumanAgreement:
    return human_agreement(
        codes, sentences(n), CODEBOOK, rng=np.random.default_rng(1), draws=draws, floor=floor
    )


def value(figure: Figure) -> float:
    assert isinstance(figure, Estimate), figure
    return figure.value


TIME = {"time": B}


def test_two_coders_on_what_both_have_read() -> None:
    """Both yes twice, one apart each way, both no once; the rest only one has read."""
    codes = human(
        {
            "A": [TIME, TIME, TIME, {}, {}, TIME, None],
            "B": [TIME, TIME, {}, TIME, {}, None, {}],
        }
    )
    a = agree(codes, 7)
    time = a.codes["time"]
    assert (a.pairs, a.sentences, a.transcripts) == ((("A", "B", 5),), 5, 1)
    assert (time.units, time.positives, time.both_gave) == (5, 4, 2)
    assert value(time.f1) == pytest.approx(2 / 3)
    assert value(time.observed) == pytest.approx(3 / 5)
    assert value(time.kappa) == pytest.approx((3 / 5 - 13 / 25) / (1 - 13 / 25))
    assert a.codes["money"].f1 == NotEstimable(
        "0 sentences with the code by either coder, 1 are needed"
    )
    assert value(a.macro_f1) == value(time.f1)


readings = st.lists(st.one_of(st.none(), st.booleans()), min_size=20, max_size=20)


@settings(deadline=None)
@given(readings, readings, readings)
def test_the_figures_are_means_over_pairs_weighted_by_what_both_read(
    a: list[bool | None], b: list[bool | None], c: list[bool | None]
) -> None:
    """Equal to scikit-learn's for each pair; pairs without a defined kappa do not count."""
    said = {"A": a, "B": b, "C": c}
    codes = human(
        {
            coder: [None if x is None else TIME if x else {} for x in answers]
            for coder, answers in said.items()
        }
    )
    kappas, f1s = [], []
    for one, two in combinations(said.values(), 2):
        both = [(x, y) for x, y in zip(one, two, strict=True) if x is not None and y is not None]
        if not both:
            continue
        x, y = zip(*both, strict=True)
        if any(x) or any(y):
            f1s.append((metrics.f1_score(x, y), len(both)))
        if len({*x, *y}) > 1:
            kappas.append((metrics.cohen_kappa_score(x, y), len(both)))
    time = agree(codes, 20).codes["time"]
    for figure, expected in ((time.kappa, kappas), (time.f1, f1s)):
        if f1s and expected:
            values, weights = zip(*expected, strict=True)
            assert value(figure) == pytest.approx(np.average(values, weights=weights), abs=1e-12)
        else:
            assert isinstance(figure, NotEstimable)


@settings(deadline=None)
@given(readings, readings)
def test_swapping_the_coders_changes_nothing(a: list[bool | None], b: list[bool | None]) -> None:
    """Names decide which is first; agreement has no first."""
    one, two = (
        human({n: [None if x is None else TIME if x else {} for x in r] for n, r in said.items()})
        for said in ({"A": a, "B": b}, {"A": b, "B": a})
    )
    first, second = agree(one, 20).codes["time"], agree(two, 20).codes["time"]
    assert (first.kappa, first.f1, first.observed) == (second.kappa, second.f1, second.observed)


def test_readings_with_the_suggestion_in_view_do_not_count() -> None:
    codes = human({"A": [TIME, TIME, {}], "B": [TIME, {}, {}]})
    assisted = replace(codes, assisted=frozenset({("s1", "B")}))
    a = agree(assisted, 3)
    assert a.pairs == (("A", "B", 2),)
    assert value(a.codes["time"].f1) == 1
    all_assisted = replace(codes, assisted=codes.read)
    none = agree(all_assisted, 3)
    assert none.macro_f1 == none.codes["time"].kappa
    assert str(none.macro_f1).endswith("no sentence was read by two coders without a suggestion")


def test_polarity_agrees_where_both_gave_the_code() -> None:
    """Barrier twice, facilitator once, one apart; what one alone coded does not count."""
    x, y = {"time": F}, {"time": UNCLEAR}
    codes = human({"A": [TIME, TIME, x, x, TIME], "B": [TIME, TIME, x, y, {}]})
    time = agree(codes, 5).codes["time"]
    assert time.both_gave == 4
    assert value(time.polarity) == pytest.approx(3 / 4)
    assert value(time.polarity_kappa) == pytest.approx(
        metrics.cohen_kappa_score(["b", "b", "f", "f"], ["b", "b", "f", "u"]), abs=1e-12
    )


def test_degenerate_tables_are_told_in_words() -> None:
    """Both always gave the code, as a barrier: agreement, but no kappa."""
    time = agree(human({"A": [TIME] * 6, "B": [TIME] * 6}), 6).codes["time"]
    assert value(time.f1) == value(time.polarity) == 1
    assert time.kappa == NotEstimable("both coders gave the code to every sentence")
    assert time.polarity_kappa == NotEstimable("both coders always gave the same one polarity")


def test_codes_without_polarity_say_so() -> None:
    a = human_agreement(
        human({"A": [{"time": Polarity.NONE}], "B": [{"time": Polarity.NONE}]}),
        sentences(1), codebook_of("time", polarity=False), rng=np.random.default_rng(1),
        draws=9, floor=1,
    )  # fmt: skip
    assert a.codes["time"].polarity == NotEstimable("polarity does not apply to this code")
    assert a.codes["time"].both_gave == 1


def test_below_the_floor_nothing_is_estimated() -> None:
    time = agree(human({"A": [TIME, {}], "B": [TIME, {}]}), 2, floor=10).codes["time"]
    assert time.f1 == NotEstimable("1 sentences with the code by either coder, 10 are needed")


def test_intervals_come_from_transcripts() -> None:
    """Agreement differs by transcript; with two transcripts there is no interval."""
    a = [TIME, {}, TIME, {}, TIME] * 6
    b = [TIME, {}, TIME, {}, TIME] * 3 + [{}, TIME, {}, {}, TIME] * 3
    wide = agree(human({"A": a, "B": b}), 30, draws=300).codes["time"].kappa
    assert isinstance(wide, Estimate)
    assert wide.low is not None
    assert wide.high is not None
    assert wide.low < 0.2 < wide.value < 0.6 < wide.high
    few = agree(human({"A": a[:10], "B": b[-10:]}), 10).codes["time"].kappa
    assert isinstance(few, Estimate)
    assert few.low is None
    assert "fewer than 3" in few.why


def test_the_ten_annotators_of_real_talk_agree_as_published(shared: Path) -> None:
    """AnnoMI's utterances by clients that ten people coded: pairwise macro-F1 .645."""
    with next((shared / "annomi").glob("*.csv")).open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["interlocutor"] == "client"]
    said: dict[tuple[str, str], dict[str, str]] = {}
    for r in rows:
        place = (r["transcript_id"], r["utterance_id"])
        said.setdefault(place, {})[r["annotator_id"]] = r["client_talk_type"]
    ten = {k: v for k, v in said.items() if len(v) == 10}
    units = [Sentence(f"{t}:{u}", t, 0, int(u), int(u) + 1, "x") for t, u in ten]
    codes = HumanCodes(
        codings=tuple(
            Coding(f"{t}:{u}", coder, code, Polarity.NONE, False, "import", "h")
            for (t, u), given_codes in ten.items()
            for coder, code in given_codes.items()
        ),
        read=frozenset((f"{t}:{u}", coder) for (t, u), g in ten.items() for coder in g),
    )
    a = human_agreement(
        codes, units, codebook_of("change", "neutral", "sustain", polarity=False),
        rng=np.random.default_rng(1), draws=100, floor=10,
    )  # fmt: skip
    assert len(a.pairs) == 45
    assert value(a.macro_f1) == pytest.approx(0.645, abs=0.01)

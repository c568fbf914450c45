"""What coders do with suggestions, from encounters made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.agreement.assistance import NOTHING, UNSTORED, bands, in_view, outcomes, probes
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.pace import pace, pace_in_view, pace_kept, pace_revised
from precode.agreement.reveal import code_shifts, shift, with_colleagues, with_machine
from precode.agreement.shares import Sampling, clopper_pearson, share
from precode.codebook import parse_codebook
from precode.domain import CodePolarity, Coding, Encounter, HumanCodes, Polarity

BOOK = parse_codebook(
    'name = "b"\nversion = "1"\n'
    + "".join(f'[[code]]\nid = "{c}"\nlabel = "{c}"\ndefinition = "d"\n' for c in "abc")
)
Codes = tuple[CodePolarity, ...]


def codes(text: str | None) -> Codes | None:
    """ "a+ b-" → a as facilitator, b as barrier; "" nothing applies; None no decision."""
    if text is None:
        return None
    sides = {"+": Polarity.FACILITATOR, "-": Polarity.BARRIER}
    return tuple(CodePolarity(c[0], sides[c[1]]) for c in text.split())


def met(
    first: str | None, shown: str, final: str | None, *, t: str = "t1", **fields: object
) -> Encounter:
    """One encounter of ANNA in transcript ``t``."""
    usual: dict[str, object] = {"coder": "ANNA", "sentence_id": f"{t}:0-9"}
    return Encounter(
        transcript_id=t, first=codes(first), shown=codes(shown) or (), final=codes(final),
        **{**usual, **fields},  # type: ignore[arg-type]
    )  # fmt: skip


def sampling(floor: int = 1, seed: int = 1) -> Sampling:
    return Sampling(np.random.default_rng(seed), 200, floor)


def value(figure: Figure) -> float:
    assert isinstance(figure, Estimate), figure
    return figure.value


FIVE = [
    met("a+", "a+", "a+"),  # agreed at once
    met("a+", "b-", "b-"),  # accepted
    met("a+", "a+ b-", "a+ b- c+"),  # no nearer: one code apart before, one after
    met("", "a+ b-", "a+"),  # partly
    met("a+", "a-", "a+"),  # kept, though only the polarity differed
]


def test_each_suggestion_ends_in_one_of_five_ways() -> None:
    o = outcomes(FIVE, sampling=sampling())
    assert (o.shown, o.undecided, o.differed) == (5, 0, 4)
    assert value(o.agreed) == 0.2
    ways = (o.accepted, o.partly, o.otherwise, o.kept)
    assert [value(f) for f in ways] == [0.25, 0.25, 0.25, 0.25]


def test_order_of_codes_is_no_difference() -> None:
    o = outcomes([met("a+ b-", "b- a+", "a+ b-")], sampling=sampling())
    assert value(o.agreed) == 1.0


def test_probes_and_suggestions_seen_from_the_start_are_no_acceptances() -> None:
    """Only a decision made without the suggestion can be compared with it."""
    shown = [met("a+", "b-", "b-", probe=True), met(None, "a+", "a+"), met("a+", "b+", None)]
    o = outcomes(shown, sampling=sampling())
    assert (o.shown, o.undecided, o.differed) == (1, 1, 0)
    assert isinstance(o.accepted, NotEstimable)
    v = in_view([*shown, met(None, "a+", "b-"), met(None, "a+", None)], sampling=sampling())
    assert (v.shown, v.undecided, value(v.same)) == (3, 1, 0.5)


def test_below_the_floor_there_are_words_and_no_figure() -> None:
    o = outcomes(FIVE, sampling=sampling(floor=5))
    assert isinstance(o.agreed, Estimate)
    assert str(o.kept) == (
        "not estimable: only 4 suggestions that differed from the coder’s codes, 5 are needed"
    )
    none = outcomes([], sampling=sampling())
    assert str(none.agreed) == "not estimable: no suggestions shown after a decision"


def test_intervals_are_over_transcripts() -> None:
    """With two transcripts there is none; where transcripts differ much it is wide."""
    halves = [met("a+", "b-", "b-" if t < 3 else "a+", t=f"t{t}") for t in range(6)] * 20
    o = outcomes(halves, sampling=sampling())
    assert isinstance(o.accepted, Estimate)
    assert o.accepted.low is not None
    assert o.accepted.high is not None
    assert o.accepted.high - o.accepted.low > 0.6  # 120 independent ones would give 0.18
    two = outcomes([e for e in halves if e.transcript_id in ("t2", "t3")], sampling=sampling())
    assert isinstance(two.accepted, Estimate)
    assert two.accepted.low is None
    assert two.accepted.why == "fewer than 3 transcripts: no interval"


def test_where_all_are_alike_the_exact_interval_stands_in() -> None:
    """Resampling twelve yeses gives only yeses; that proves no certainty."""
    ts = ["t1", "t2", "t3"] * 4
    all_yes = share([True] * 12, ts, sampling=sampling(), what="units")
    assert isinstance(all_yes, Estimate)
    assert (all_yes.low, all_yes.high) == clopper_pearson(12, 12)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.3085), (3, 10, 0.0667, 0.6525), (10, 10, 0.6915, 1.0), (1, 20, 0.0013, 0.2487)],
)
def test_clopper_pearson_as_published_tables_have_it(
    k: int, n: int, low: float, high: float
) -> None:
    assert clopper_pearson(k, n) == pytest.approx((low, high), abs=5e-5)


def test_shares_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no share"):
        clopper_pearson(0, 0)


def test_acceptance_by_confidence_counts_single_codes() -> None:
    """Codes the coder had given already were not offered; bands include their lower end."""
    shown = [
        met("a+", "a+ b-", "a+ b-", confidence=(0.99, 0.8)),
        met("", "a+ b-", "a+", confidence=(0.5, 0.49)),
        met("a+", "a-", "a+", confidence=(0.79,)),
        met("a+", "", ""),
        met("a+", "c+", "c+"),
        met("", "c+", "c+", probe=True, confidence=(0.9,)),
    ]
    found = {b.label: (b.offered, b.taken) for b in bands(shown, sampling=sampling())}
    assert [n for n, _ in found.values()] == [1, 2, 1, 1, 1]
    assert value(found["below .50"][1]) == 0.0
    assert value(found[".50 to .79"][1]) == 0.5
    assert value(found[".80 and above"][1]) == 1.0
    assert value(found[NOTHING][1]) == 1.0
    assert value(found[UNSTORED][1]) == 1.0


def test_suggested_from_the_start_every_code_was_offered() -> None:
    shown = [met(None, "a+ b-", "a+", confidence=(0.9, 0.9)), met(None, "", "a+")]
    found = {b.label: b for b in bands(shown, sampling=sampling())}
    assert found[".80 and above"].offered == 2
    assert value(found[".80 and above"].taken) == 0.5
    assert value(found[NOTHING].taken) == 0.0


def test_kappa_with_the_machine_before_and_after() -> None:
    """Before: tp 1, fp 1, fn 1, tn 1 → κ 0. One coder then takes the suggestion over: tp 2, fp 1,
    tn 1 → κ = (4·3 - 8) / (16 - 8) = 0.5.
    """
    pairs = with_machine(
        [
            met("a+", "a+", "a+"),
            met("", "a+", "a+", t="t2"),
            met("a+", "", "a+", t="t3"),
            met("", "", "", t="t4"),
        ]
    )
    found = code_shifts(pairs, BOOK, sampling=sampling())
    a = found["a"]
    assert (a.n, a.positives) == (4, 3)
    assert [value(f) for f in (a.before, a.after, a.change)] == pytest.approx([0.0, 0.5, 0.5])
    assert isinstance(found["b"].before, NotEstimable)
    whole = shift(pairs, BOOK, sampling=sampling(), what="decisions")
    assert (whole.n, whole.towards, whole.away) == (4, 1, 0)
    same = (whole.same_before, whole.same_after, whole.same_change)
    assert [value(f) for f in same] == pytest.approx([0.5, 0.75, 0.25])
    f1 = (whole.f1_before, whole.f1_after, whole.f1_change)
    assert [value(f) for f in f1] == pytest.approx([0.5, 0.8, 0.3])


def test_a_change_that_is_nowhere_has_no_interval() -> None:
    """Nobody revised anything in three transcripts: 0, and no claim of certainty."""
    pairs = with_machine([met("a+", "b-", "a+", t=f"t{i}") for i in range(3)])
    change = shift(pairs, BOOK, sampling=sampling(), what="decisions").same_change
    assert change == Estimate(0.0, why="the same in every draw of transcripts: no interval")


def human(
    given: dict[tuple[str, str], str], assisted: Sequence[tuple[str, str]] = ()
) -> HumanCodes:
    """(sentence id, coder) → codes."""
    return HumanCodes(
        tuple(
            Coding(s, coder, c.code, c.polarity, (s, coder) in assisted, "review", "h")
            for (s, coder), text in given.items()
            for c in codes(text) or ()
        ),
        frozenset(given),
        frozenset(assisted),
    )


def test_the_reveal_may_move_a_coder_away_from_colleagues() -> None:
    """BEN, unaided, said what ANNA had said; after the reveal she says what the machine said."""
    anna = met("a+", "b-", "b-")
    codings = human({("t1:0-9", "ANNA"): "b-", ("t1:0-9", "BEN"): "a+", ("t1:0-9", "CY"): "b-"})
    pairs = with_colleagues([anna], [anna], codings)
    assert [p.other for p in pairs] == [codes("a+"), codes("b-")]
    s = shift(pairs[:1], BOOK, sampling=sampling(), what="decisions")
    assert (s.towards, s.away, value(s.same_before), value(s.same_after)) == (0, 1, 1.0, 0.0)


def test_a_colleague_counts_by_what_they_said_before_their_own_reveal() -> None:
    """Not by the assisted revision, and not at all if their suggestion was in view from the start.
    A colleague who read the sentence and gave nothing said that nothing applies.
    """
    anna = met("a+", "b-", "a+")
    ben = met("a+", "b-", "b-", coder="BEN")
    cy = met(None, "b-", "b-", coder="CY")
    dee = met("c+", "b-", "b-", coder="DEE", probe=True)
    key = "t1:0-9"
    codings = human(
        {(key, "ANNA"): "a+", (key, "BEN"): "b-", (key, "CY"): "b-", (key, "DEE"): ""},
        [(key, "BEN"), (key, "CY")],
    )
    pairs = with_colleagues([anna], [anna, ben, cy, dee], codings)
    assert [p.other for p in pairs] == [codes("a+"), ()]


def test_probes_ask_how_often_a_wrong_suggestion_is_taken() -> None:
    """Only those that the coder had not said themselves, and has answered, can be taken."""
    planted = [
        met("a+", "b-", "b-", probe=True),
        met("a+", "b-", "a+", probe=True),
        met("a+", "b- c+", "a+ b-", probe=True),
        met("b-", "b-", "b-", probe=True),
        met(None, "b-", "b-", probe=True),
        met("a+", "b-", None, probe=True),
        met("a+", "b-", "b-"),
    ]
    p = probes(planted)
    assert (p.shown, p.undecided, p.unknown, p.matched, p.differed) == (6, 1, 1, 1, 3)
    assert (p.accepted, p.partly) == (1, 1)
    assert isinstance(p.share, Estimate)
    assert (p.share.low, p.share.high) == clopper_pearson(1, 3)
    assert isinstance(probes(planted[-1:]).share, NotEstimable)


def test_time_is_told_by_median_and_quartiles_without_breaks() -> None:
    p = pace([(1.0,), (2.0,), (3.0,), (4.0,), (5.0,), (301.0,), (None,)])
    assert (p.n, p.breaks, p.untimed) == (5, 1, 1)
    assert (p.median, p.lower, p.upper) == (3.0, 2.0, 4.0)
    assert pace([]).median is None


def test_a_revision_takes_both_times_together() -> None:
    shown = [
        met("a+", "a+", "a+", seconds_first=4.0),
        met("a+", "b-", "b-", seconds_first=200.0, seconds_revision=150.0),
        met("a+", "b-", "b-", seconds_first=2.0, seconds_revision=301.0),
        met("a+", "b-", "b-", seconds_first=2.0),
        met(None, "b-", "b-", seconds_revision=9.0),
        met("a+", "b-", "b-", seconds_first=1.0, seconds_revision=1.0, probe=True),
    ]
    assert pace_kept(shown).median == 4.0
    revised = pace_revised(shown)
    assert (revised.n, revised.breaks, revised.untimed, revised.median) == (1, 1, 1, 350.0)
    assert pace_in_view(shown).median == 9.0


SOME = st.sampled_from(["", "a+", "a-", "b-", "a+ b-", "a+ b- c+"])
MET = st.builds(
    met,
    st.one_of(st.none(), SOME),
    SOME,
    st.one_of(st.none(), SOME),
    t=st.sampled_from(["t1", "t2", "t3", "t4"]),
    probe=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(MET, max_size=25), st.integers(0, 9))
def test_shares_add_up_to_one(shown: list[Encounter], seed: int) -> None:
    """Every suggestion is agreed at once or differed; each that differed ends in one way; every
    figure lies in its interval.
    """
    o = outcomes(shown, sampling=sampling(seed=seed))
    decided = o.shown - o.undecided
    if decided:
        assert value(o.agreed) + o.differed / decided == pytest.approx(1)
    ways = (o.accepted, o.partly, o.otherwise, o.kept)
    if o.differed:
        assert sum(map(value, ways)) == pytest.approx(1)
    p = probes(shown)
    assert p.shown == p.undecided + p.unknown + p.matched + p.differed
    assert p.accepted + p.partly <= p.differed
    v = in_view(shown, sampling=sampling(seed=seed))
    assert o.shown + v.shown + p.shown == len(shown)
    for figure in (o.agreed, *ways, v.same, p.share):
        if isinstance(figure, Estimate) and figure.low is not None and figure.high is not None:
            assert 0 <= figure.low <= figure.high <= 1
    met_ = [e for e in shown if not e.probe and e.final is not None]
    offers = [len({*e.shown} - {*(e.first or ())}) + (not e.shown and e.first != ()) for e in met_]
    assert sum(b.offered for b in bands(shown, sampling=sampling(seed=seed))) == sum(offers)


@settings(max_examples=30, deadline=None)
@given(st.lists(MET, min_size=1, max_size=25))
def test_the_change_is_after_minus_before(shown: list[Encounter]) -> None:
    pairs = with_machine(shown)
    s = shift(pairs, BOOK, sampling=sampling(), what="decisions")
    assert s.towards + s.away <= s.n == len(pairs)
    for before, after, change in (
        (s.same_before, s.same_after, s.same_change),
        (s.f1_before, s.f1_after, s.f1_change),
    ):
        if isinstance(change, Estimate):
            assert change.value == pytest.approx(value(after) - value(before))

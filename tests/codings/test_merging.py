"""Two copies of a history, brought together: nothing lost, nothing doubled, whichever way round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from precode.codings.history import fold, standing
from precode.codings.merging import differing, identities, union
from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity, Sentence

B, F = Polarity.BARRIER, Polarity.FACILITATOR
PLACES = ((0, 10), (11, 21), (22, 32))
TALK = tuple(Sentence(Sentence.make_id("t", a, b), "t", 0, a, b, "x" * (b - a)) for a, b in PLACES)
FIRST, SECOND, THIRD = (s.id for s in TALK)


def act(
    place: int, *codes: tuple[str, Polarity], coder: str = "ANNA", at: int = 0, **other: object
) -> Event:
    """A decision at second ``at``."""
    start, end = PLACES[place]
    made: dict[str, object] = {"kind": EventKind.DECISION, **other}
    return Event(
        coder=coder, transcript_id="t", start=start, end=end,
        codes=tuple(CodePolarity(*c) for c in codes), at=f"2026-01-01T00:{at:02}:00.000+00:00",
        **made,  # type: ignore[arg-type]
    )  # fmt: skip


def undo(seq: int, *, coder: str = "ANNA", at: int = 0) -> Event:
    return act(0, coder=coder, at=at, kind=EventKind.UNDO, undoes=seq)


def history(*events: Event) -> list[Event]:
    """With numbers, as a store gives them."""
    return [replace(e, seq=n) for n, e in enumerate(events, 1)]


def into(mine: Sequence[Event], theirs: Sequence[Event]) -> list[Event]:
    """``mine`` with what comes from ``theirs``, as a store keeps it."""
    out = list(mine)
    number = {i: e.seq for i, e in zip(identities(mine), mine, strict=True)}
    for b in union(mine, theirs):
        new = replace(b.event, seq=len(out) + 1, undoes=number.get(b.undoes))
        where = next((p for p, e in enumerate(out) if e.seq == number.get(b.before)), len(out))
        out.insert(where, new)
        number[b.identity] = new.seq
    return out


def folded(events: Sequence[Event]) -> HumanCodes:
    return fold(events, TALK, overlap=0.5)


def codes(human: HumanCodes) -> set[tuple[str, str, str, Polarity]]:
    return {(c.sentence_id, c.coder, c.code, c.polarity) for c in human.codings}


def test_two_coders_apart_come_together() -> None:
    """ANNA codes in one copy, BEN in the other: the union has both, each act once."""
    before = history(act(0, ("time", B)))
    mine = history(*before, act(1, ("time", F), at=1))
    theirs = history(*before, act(1, coder="BEN", at=2), act(2, ("time", B), coder="BEN", at=3))
    both = into(mine, theirs)
    assert [(e.coder, e.start) for e in both] == [
        ("ANNA", 0), ("ANNA", 11), ("BEN", 11), ("BEN", 22),
    ]  # fmt: skip
    assert [b.event.coder for b in union(mine, theirs)] == ["BEN", "BEN"]


def test_the_later_decision_stands_whichever_copy_it_is_from() -> None:
    """The same coder, the same sentence, in both: 2 minutes past stands over 1 minute past."""
    mine = history(act(0, ("time", B), at=2))
    theirs = history(act(0, ("place", F), at=1))
    for one, other in ((mine, theirs), (theirs, mine)):
        assert codes(folded(into(one, other))) == {(FIRST, "ANNA", "time", B)}


def test_an_undo_takes_back_the_act_it_took_back_there() -> None:
    """Number 2 is one act here and another there: what was undone there is undone, not ours."""
    before = history(act(0, ("time", B)))
    mine = history(*before, act(1, ("time", B), at=1))
    theirs = history(*before, act(2, ("time", B), at=2), undo(2, at=3))
    both = into(mine, theirs)
    assert codes(folded(both)) == {(FIRST, "ANNA", "time", B), (SECOND, "ANNA", "time", B)}
    assert len(both) == 4


def test_acts_alike_in_everything_are_counted() -> None:
    """Two alike here, three alike there: three, not five and not one."""
    one = act(0, ("time", B))
    assert len(into(history(one, one), history(one, one, one))) == 3


def test_what_differs_is_what_both_have_changed_since_they_parted() -> None:
    """ANNA revises the first sentence in both, the second in one, the third alike in both."""
    before = history(act(0, ("time", B)), act(1, ("time", B)))
    mine = history(*before, act(0, ("place", B), at=1), act(2, at=2))
    theirs = history(*before, act(0, at=3), act(1, at=4), act(2, at=5))
    (found,) = differing(mine, theirs, TALK, overlap=0.5)
    assert (found.sentence_id, found.coder) == (FIRST, "ANNA")
    assert (found.mine, found.theirs) == ((CodePolarity("place", B),), ())


def test_a_decision_here_and_its_undoing_there_differ() -> None:
    before = history(act(0, ("time", B)))
    mine = history(*before, act(0, ("place", B), at=1))
    theirs = history(*before, undo(1, at=2))
    (found,) = differing(mine, theirs, TALK, overlap=0.5)
    assert (found.mine, found.theirs) == ((CodePolarity("place", B),), None)


# -- any histories -----------------------------------------------------------------------------

acts = st.builds(
    lambda kind, place, given, coder, assisted, undoes, step: (
        act(place, *given, coder=coder, kind=kind, assisted=assisted,
            undoes=undoes if kind is EventKind.UNDO else None),
        step,
    ),
    st.sampled_from([
        EventKind.DECISION, EventKind.DECISION, EventKind.EXCERPT, EventKind.UNDO, EventKind.UNDO,
        EventKind.READ, EventKind.SKIP, EventKind.SHOWN,
    ]),
    st.integers(0, 2),
    st.lists(st.sampled_from([("time", B), ("time", F), ("place", F)]), max_size=2, unique=True),
    st.sampled_from(["ANNA", "BEN"]),
    st.booleans(),
    st.integers(1, 14),
    st.integers(0, 3),
)  # fmt: skip


@st.composite
def copies(draw: st.DrawFn, n: int = 2) -> list[list[Event]]:
    """Copies of one history that each went on alone. Each copy's clock runs on, at times standing
    still; so two acts may have one time.
    """

    def timed(rows: Sequence[tuple[Event, int]], clock: int) -> list[Event]:
        out = []
        for e, step in rows:
            clock += step
            out.append(replace(e, at=f"2026-01-01T{clock // 60:02}:{clock % 60:02}:00.000+00:00"))
        return out

    before = timed(draw(st.lists(acts, max_size=6)), 0)
    # an UNDO names an act that is there, perhaps somebody else's
    return [
        [replace(e, undoes=e.undoes % e.seq or None) if e.undoes else e for e in h]
        for h in (history(*before, *timed(draw(st.lists(acts, max_size=7)), 20)) for _ in range(n))
    ]


@given(copies())
def test_either_way_round_gives_the_same_history(pair: list[list[Event]]) -> None:
    """Merging A into B and B into A: the same acts in the same order, so the same codes."""
    a, b = pair
    one, other = into(a, b), into(b, a)
    assert identities(one) == identities(other)
    assert folded(one) == folded(other)
    assert [(e.coder, e.kind, e.start) for e in standing(one)] == [
        (e.coder, e.kind, e.start) for e in standing(other)
    ]


@given(copies())
def test_nothing_is_lost_doubled_or_put_out_of_order(pair: list[list[Event]]) -> None:
    a, b = pair
    both = into(a, b)
    of_both = identities(both)
    counts = [Counter(identities(h)) for h in (a, b)]
    assert Counter(of_both) == counts[0] | counts[1]
    for h in (a, b):
        mine = set(identities(h))
        assert [i for i in of_both if i in mine] == identities(h)


@given(copies())
def test_merging_again_changes_nothing(pair: list[list[Event]]) -> None:
    a, b = pair
    both = into(a, b)
    assert union(both, b) == union(both, a) == union(both, into(b, a)) == ()
    assert union(a, a) == ()


@given(copies())
def test_a_copy_that_did_nothing_more_becomes_the_other(pair: list[list[Event]]) -> None:
    """Its codes are then those of the other: what is undone, and undone again, included."""
    a, _ = pair
    for cut in range(len(a) + 1):
        assert folded(into(a[:cut], a)) == folded(a)


@given(copies(n=3))
def test_three_copies_in_any_order(three: list[list[Event]]) -> None:
    """No act is lost or doubled, whoever is merged first."""
    a, b, c = three
    one, other = into(into(a, b), c), into(into(c, b), a)
    assert Counter(identities(one)) == Counter(identities(other))
    assert union(one, other) == ()


@given(copies(n=3))
def test_three_copies_at_different_times_agree_on_all_codes(three: list[list[Event]]) -> None:
    """Where no two acts after the parting have the same time."""
    a, b, c = (
        [replace(e, at=f"{e.at[:19]}.{n}{e.seq:02}+00:00") if e.at >= "2026-01-01T00:20" else e
         for e in h]
        for n, h in enumerate(three)
    )  # fmt: skip
    one, other = into(into(a, b), c), into(into(c, b), a)
    assert identities(one) == identities(other)
    assert folded(one) == folded(other)

"""Ambiguous excerpts, settled by the words around them in their own document."""

from __future__ import annotations

from precode.codings.align import place
from precode.codings.context import settle_by_context
from precode.domain import CodedExcerpt, Kind, Match, Polarity, Transcript

THERE = "Yes. I take the bus to work.\nNo.\nYes. My sister drives me home.\nYes. Yes."
# as another program keeps it: other line ends and quotes, a title
THEIRS = "Interview 1\n\nYes.  I take the bus to work.\n\nNo.\n\nYes.  My sister drives me home.\n\nYes. Yes."
T = Transcript.make("talk", THERE, Kind.INTERVIEW)


def settled(words: str, at: int) -> tuple[Match, int, int]:
    rows = [CodedExcerpt("row", "talk", words, "c", Polarity.NONE, "A")]
    found = place(rows, [T], fuzzy_score=90)
    assert found[0].match is Match.AMBIGUOUS
    (p,) = settle_by_context(found, [(THEIRS, at, at + len(words))], [T])
    return p.match, p.start, p.end


def test_each_of_two_is_told_by_what_comes_before_and_after() -> None:
    first, second = THEIRS.index("Yes."), THEIRS.index("Yes.  My")
    assert settled("Yes.", first) == (Match.EXACT, 0, 4)
    assert settled("Yes.", second)[1] == THERE.index("Yes. My")


def test_what_the_context_does_not_tell_stays_ambiguous() -> None:
    """In a document of one word said three times nothing is guessed."""
    t = Transcript.make("talk", "Yes.\nYes.\nYes.", Kind.INTERVIEW)
    rows = [CodedExcerpt("row", "talk", "Yes.", "c", Polarity.NONE, "A")]
    found = place(rows, [t], fuzzy_score=90)
    around = [("Yes. Yes. Yes. Yes. Yes.", 5, 9)]
    assert settle_by_context(found, around, [t]) == found


def test_without_a_document_nothing_changes() -> None:
    rows = [CodedExcerpt("row", "talk", "Yes.", "c", Polarity.NONE, "A")]
    found = place(rows, [T], fuzzy_score=90)
    assert settle_by_context(found, [None], [T]) == found


def test_a_document_that_says_something_else_there_settles_nothing() -> None:
    rows = [CodedExcerpt("row", "talk", "Yes.", "c", Polarity.NONE, "A")]
    found = place(rows, [T], fuzzy_score=90)
    other = "I walk there every day. Yes. It does me good."
    assert settle_by_context(found, [(other, 24, 28)], [T]) == found

"""Lines that fit, in any script, with nothing lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.review.wrap import cells, harmless, wrap


def test_breaks_at_spaces_with_a_hanging_indent() -> None:
    assert wrap("one two three four five", 20, first=">> ", rest="   ") == [
        ">> one two three",
        "   four five",
    ]


def test_an_empty_text_is_one_line() -> None:
    assert wrap("", 40, first=">> ") == [">> "]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("天気", 4), ("e\u0301", 1), ("🌂", 2), ("שלום", 4), ("👩\u200d👩", 4), ("", 0)],
)
def test_columns_are_counted_as_terminals_do(text: str, columns: int) -> None:
    """Wide characters take two, marks and joiners none."""
    assert cells(text) == columns


@given(st.text(), st.integers(0, 120), st.sampled_from(["", ">> ", "   "]))
def test_lines_fit_and_hold_every_character(text: str, width: int, mark: str) -> None:
    """No line is wider than the terminal, and joining the lines gives the text back."""
    lines = wrap(text, width, first=mark, rest=mark)
    assert all(cells(line) <= max(width, 20) for line in lines)
    assert all(line.startswith(mark) for line in lines)
    joined = "".join(line.removeprefix(mark) for line in lines)
    assert joined.replace(" ", "") == "".join(harmless(text).split())


@given(st.text(alphabet="ae\u0301\u200d👩🏽天"))
def test_marks_stay_with_their_letters(text: str) -> None:
    """No line begins with a mark that belongs to the line before."""
    for line in wrap("a" + text, 20)[1:]:
        assert unicodedata.category(line[0]) not in ("Mn", "Cf")


def test_escape_sequences_are_made_visible() -> None:
    """A transcript cannot clear the screen or move the cursor."""
    assert harmless("a\x1b[2Jb\x00\r\n\tc\x9b\x7f") == "a␛[2Jb␀   c\ufffd\ufffd"

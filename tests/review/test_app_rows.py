"""Rows of text: nothing is lost, nothing is too wide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from precode.domain import Polarity
from precode.review.app.presses import Presses
from precode.review.app.rows import Span, clip, fold, paragraph, safe
from precode.review.commands import Direction, Give, Toggle, Unknown

TEXT = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from(list("ab  אב漢字👩\u200d\ufe0f\u0301\x1b[]\u202e\n"))
    ),
    max_size=120,
)


@given(text=TEXT, room=st.integers(6, 40), first=st.integers(0, 40))
def test_folding_keeps_every_character_and_every_row_fits(text, room, first):
    lines = fold(text, room, first=min(first, room))
    assert "".join("".join(lines).split()) == "".join(safe(text).split())
    assert all(cell_len(line) <= room for line in lines)


@given(text=TEXT, label=TEXT, width=st.integers(8, 60))
def test_a_paragraph_fits_behind_its_gutter_and_label(text, label, width):
    rows = paragraph(text, width, gutter="> ", label=label)
    assert all(sum(cell_len(s.text) for s in row) <= width for row in rows)
    assert all(row[0].text == "> " for row in rows)


@given(texts=st.lists(TEXT, max_size=4), width=st.integers(0, 40))
def test_a_clipped_row_fits_and_says_so(texts, width):
    row = clip([Span(t) for t in texts], width)
    shown, whole = "".join(s.text for s in row), "".join(map(safe, texts))
    assert cell_len(shown) <= width
    assert shown == whole or width == 0 or shown.endswith("…")


@given(text=TEXT)
def test_safe_text_cannot_steer_a_terminal(text):
    assert not set(safe(text)) & set("\x1b\x07\x9b\n\r\u202a\u202d\u202e\u2066")


def test_words_stay_whole_where_they_can():
    """Breaks are at spaces; a word longer than a row breaks inside."""
    assert fold("to be or not", 6) == ["to be", "or not"]
    assert fold("incomprehensible to me", 8) == ["incompre", "hensible", "to me"]
    assert fold("", 8) == [""]


@pytest.mark.parametrize(
    ("typed", "commands"),
    [
        ("3", [Toggle(3)]),
        ("13", [Toggle(13)]),
        ("1b", [Give(1, Polarity.BARRIER)]),
        ("11b", [Toggle(11), Direction(Polarity.BARRIER)]),
        ("1z", [Toggle(1), Unknown("z")]),
        ("0", [Toggle(0)]),
        ("15", [Toggle(15)]),
    ],
)
def test_digits_are_gathered_where_the_codebook_has_more_than_nine(typed, commands):
    presses = Presses(13)
    assert [c for key in typed for c in presses.press(key)] == commands
    assert presses.pending == ""

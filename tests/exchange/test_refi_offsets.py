"""What positions count in, found from the text and the selections alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.exchange.refi_offsets import (
    SPECIFIED,
    Convention,
    Marked,
    RawText,
    conventions,
    detect,
    expected,
)

ODD = ["a", "b", " ", "\r\n", "\n", "\r", "\U0001f600", "e\u0301", "漢", "."]
RAW = st.lists(st.sampled_from(ODD), max_size=40).map("".join)
WAYS = [
    Convention(u, e, i) for u in (False, True) for e in ("own", "lf", "crlf") for i in (False, True)
]


def counted(raw: str, by: Convention) -> list[int]:
    """The position of each code point of the ``\\n`` text (and of its end) as ``by`` counts: the
    slow, plain way.
    """
    ends = {"own": raw, "lf": RawText(raw).text, "crlf": RawText(raw).text.replace("\n", "\r\n")}
    places, at = [], 0
    for piece in re.findall(r"\r\n|.", ends[by.ends], re.DOTALL):
        places.append(at)
        at += len(piece.encode("utf-16-le")) // 2 if by.utf16 else len(piece)
    return [*places, at]


@given(raw=RAW, by=st.sampled_from(WAYS), data=st.data())
def test_positions_to_code_points(raw: str, by: Convention, data: st.DataObject) -> None:
    """Whatever a file counts in, each position comes back as the code point it means; past the end
    there is nothing.
    """
    text = RawText(raw)
    places = counted(raw, by)
    assert len(places) == len(text.text) + 1
    start = data.draw(st.integers(0, len(text.text)))
    end = data.draw(st.integers(start + by.inclusive, max(len(text.text), start + by.inclusive)))
    if end <= len(text.text):
        assert text.span(places[start], places[end] - by.inclusive, by) == (start, end)
    assert text.span(0, places[-1] + 1, by) is None
    assert text.span(-1, 0, by) is None


def talk(lines: int = 30) -> str:
    """Speech with emoji and CRLF, as chats are exported."""
    return "".join(
        f"P{i}: The bus \U0001f68c number {i} came late\r\nagain\r\n" for i in range(lines)
    )


def selections(raw: RawText, by: Convention, source: str, *, quoted: bool = False) -> list[Marked]:
    """Every "number N came" as ``by`` counts it."""
    places = counted(source, by)
    return [
        Marked(
            raw, places[m.start()], places[m.end()] - by.inclusive,
            (m[0],) if quoted else (),
        )
        for m in re.finditer(r"number \d+ came", raw.text)
    ]  # fmt: skip


@pytest.mark.parametrize("by", [w for w in WAYS if not w.inclusive], ids=str)
def test_found_by_evidence(by: Convention) -> None:
    """Thirty selections of whole words are enough to tell what a program counts in, whoever wrote
    the file.
    """
    raw = RawText(talk())
    marked = selections(raw, by, talk())
    for first in (SPECIFIED, expected("NVivo 14")):
        found = detect(marked, first=first)
        assert [raw.span(m.start, m.end, found.by) for m in marked] == [
            raw.span(m.start, m.end, by) for m in marked
        ]
        assert (found.judged, found.fitting) == (30, 30)


def test_an_end_inside_the_selection() -> None:
    """A program whose last position is the last character."""
    by = Convention(inclusive=True)
    found = detect(selections(RawText(talk()), by, talk()), first=SPECIFIED)
    assert found.by == by


def test_one_quotation_decides() -> None:
    """Of a single selection only its quoted words tell."""
    raw, by = RawText(talk()), Convention(utf16=True)
    assert detect(selections(raw, by, talk())[5:6], first=SPECIFIED).by == SPECIFIED
    assert detect(selections(raw, by, talk(), quoted=True)[5:6], first=SPECIFIED).by == by


def test_plain_texts_leave_no_doubt() -> None:
    """Without astral characters and CRLF all units are the same: nothing to choose but the ends."""
    raw = RawText("P1: It came late.\n")
    assert {c.utf16 for c in conventions([raw])} == {False}
    assert detect([Marked(raw, 4, 6)], first=SPECIFIED).rival is None


def test_scripts_without_spaces_say_nothing() -> None:
    """Chinese has no word bounds: such selections are no evidence against any way to count."""
    raw = RawText("漢字" * 50)
    found = detect([Marked(raw, i, i + 3) for i in range(0, 60, 3)], first=SPECIFIED)
    assert (found.judged, found.by) == (0, SPECIFIED)

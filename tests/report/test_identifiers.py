"""The scan for identifiers, and the masks in a report: what must not be missed, what must stay."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.conftest import MakeView

from precode.domain import Kind, Polarity, Role
from precode.report.document import QuoteTable, Table
from precode.report.grid import Column, Grid, Row
from precode.report.identifiers.mask import Masker, mask
from precode.report.identifiers.scan import Lexicon, scan, words_of
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables

COMMON = words_of(
    [
        "i went to see my doctor in the end and they will mark it, you know, so it helps a joy",
        "she agreed, ring or mail me, look at my sister, that is not what she said, in 2018",
    ]
)


def masked(text: str, *, names: str = "", keep: str = "") -> str:
    lexicon = Lexicon(COMMON, frozenset(names.split()), frozenset(keep.split()))
    return Masker(lexicon).speech(text, "here")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("I went to see Dr Patel.", "I went to see Dr [name]."),
        ("My sister Jean-Anne O’Brien said so.", "My sister [name] said so."),
        ("Will Jones said no, and will you mark it?", "[name] said no, and will you mark it?"),
        ("We live on Albany Road in Roath.", "We live on [place] in [place]."),
        ("At the Heath Hospital, you know.", "At the [place], you know."),
        ("It was on 12th of March 2019, or 3/4/21.", "It was on [date], or [date]."),
        ("I was born in 1956.", "I was born in [date]."),
        ("Ring 029 2074 1234 or 07700 900123.", "Ring [phone] or [phone]."),
        ("Mail ann.o'neill+x@nhs.wales, please.", "Mail [e-mail], please."),
        ("It is 943 476 5919.", "It is [NHS number]."),
        ("Look at www.my-story.org/ann now.", "Look at [web address] now."),
        ("She’s in CF10 3AT.", "She’s in [postcode]."),
        ("That is Mary's, not mine.", "That is [name]'s, not mine."),
    ],
)
def test_identifiers_are_masked_as_what_they_look_like(said: str, shown: str) -> None:
    """Names, places, dates, numbers and addresses, with the words around them whole."""
    assert masked(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "I take 20 mg at 12 and the NHS pays, like my GP said on Monday.",
        "In the end I will. And you? May I?",
        "It helps. Joy it was not, in 2018, at 56.",
        "At Christmas, on Facebook and on Zoom, in English.",
        "She said my HbA1c was up, and FG2 agreed.",
        "I scored 7 of 10, then 8.5, and 1,250 people did.",
    ],
)
def test_ordinary_words_and_numbers_stay(said: str) -> None:
    """Doses, ages, years, scores, days, abbreviations and words at the start of a sentence."""
    assert masked(said) == said


def test_known_names_are_found_in_small_letters_and_kept_words_stay() -> None:
    """A speaker's label is a name wherever it is said; what the team keeps is kept."""
    assert masked("so i told gwen", names="gwen") == "so i told [name]"
    assert masked("We saw Cardiff.", keep="cardiff") == "We saw Cardiff."


@given(st.text(max_size=200))
def test_what_is_found_is_there_and_nothing_overlaps(text: str) -> None:
    """Offsets are those of the text, in order; masking keeps all the rest of it."""
    found = scan(text, Lexicon(COMMON))
    assert all(text[f.start : f.end] == f.text and f.text for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    rest = list(text)
    for f in reversed(found):
        rest[f.start : f.end] = f"[{f.kind}]"
    assert masked(text) == "".join(rest)


B = Polarity.BARRIER


def test_a_report_holds_no_name_that_was_masked(make_view: MakeView) -> None:
    """Quotes, their attribution and the speech in tables; the list has each with its place, once."""
    spoken = "I asked Bronwen Price and she said the forms were too much for me, so I left it."
    view = make_view(
        [("visit-1", Kind.FOCUS_GROUP, [("Bronwen", Role.PARTICIPANT, [spoken])])],
        [(0, 0, "Ana", "knowing", B)],
    )
    whole = document(make_tables(view))
    table = Grid("x", "x", (Column("a"), Column("b")), (Row(("Bronwen Price", "Bronwen Price")),),
                 spoken=frozenset({1}))  # fmt: skip
    whole = replace(
        whole,
        sections=(*whole.sections, replace(whole.sections[0], blocks=(Table(99, "x", table),))),
    )
    masker = Masker(Lexicon(COMMON | words_of([spoken]), frozenset({"bronwen"})))
    done = mask(whole, masker)
    (quote,) = [
        q
        for s in done.sections
        for b in s.blocks
        if isinstance(b, QuoteTable)
        for r in b.rows
        for c in r.cells
        for q in c.quotes
    ]
    assert quote.text == spoken.replace("Bronwen Price", "[name]")
    assert quote.attribution == "visit-1: [name]"
    last = done.sections[-1].blocks[0]
    assert isinstance(last, Table) and last.grid.rows[0].cells == ("Bronwen Price", "[name]")
    assert {m.text for m in masker.found} == {"Bronwen Price", "Bronwen"}
    assert masker.counts == (("name", 5),)  # two of them in the framework matrix
    assert all(m.where for m in masker.found)

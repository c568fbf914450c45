"""A packet's sheets and what comes back of them, without files: rows as a coder may leave them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.codebook import Codebook, parse_codebook
from precode.codings.cells import read_cells
from precode.domain import CodePolarity, Polarity, Sentence
from precode.errors import InputError
from precode.files.cells import MAX_TEXT, Form, Grid, cell_name, stored_length
from precode.review.packet_layout import find_layouts, packet_named
from precode.review.packet_sheet import ID, SENTENCE, forms, misfit, text_check
from precode.review.packets import Issued, Returned, read_answers, same_words
from precode.review.values import Item, Suggested, Suggestion

BOOK = parse_codebook(
    """
name = "Weather"
version = "1"
[[code]]
id = "hot"
label = "Heat, or warmth"
definition = "It is hot."
use = ["One sweats."]
aliases = ["warm"]
[[code.boundary]]
against = "wet"
rule = "Sweat is heat."
[[code]]
id = "wet"
label = "Rain"
definition = "It rains."
[[code]]
id = "fog"
label = "Fog"
definition = "One sees nothing."
polarity = false
"""
)
PACKET = "p-0123456789ab"
B, F, X, U = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.UNCLEAR
TEXTS = (
    "It was hot.", "=1+1 is what she said.", "Der Regen fiel – „endlich“.", "Nobody knew.",
    "- and then?", "Ünder the 雨 we sat 🙂 still.",
)  # fmt: skip


def item(number: int, text: str, **changes: object) -> Item:
    start = number * 1000
    key = Sentence.make_id("0123456789abcdef", start, start + len(text))
    sentence = Sentence(key, "0123456789abcdef", number, start, start + len(text), text)
    before = (("INT", f"Question {number}?"), ("P1", "Well …"))
    made = Item(sentence, "P1", before, (("INT", "I see."),), "uncertain", source="interview-1")
    return replace(made, **changes)  # type: ignore[arg-type]


ITEMS = tuple(item(n, text) for n, text in enumerate(TEXTS))


def sheets(
    items: Sequence[Item] = ITEMS,
    book: Codebook = BOOK,
    suggested: Sequence[Suggestion | None] | None = None,
) -> tuple[Form, ...]:
    return forms(
        items, suggested or [None] * len(items), codebook=book, behaviour="going out",
        coder="ANNA", packet=PACKET,
    )  # fmt: skip


class Sheet:
    """The sheet "Code these" in a coder's hands: cells by (row from 0, header)."""

    def __init__(self, items: Sequence[Item] = ITEMS, book: Codebook = BOOK) -> None:
        form = sheets(items, book)[0]
        self.items, self.book, self.title = items, book, form.title
        self.headers = [c.header for c in form.columns]
        self.rows = [["" if c is None else str(c) for c in row] for row in form.rows]
        self.blind: frozenset[tuple[int, int]] = frozenset()

    def put(self, row: int, **cells: str) -> Sheet:
        """``put(0, code_1="Rain")``."""
        for name, text in cells.items():
            self.rows[row][self.column(name)] = text
        return self

    def column(self, name: str) -> int:
        headers = [h.replace(" (do not edit)", "").replace(" ", "_") for h in self.headers]
        return headers.index(name)

    def cell(self, row: int, name: str) -> str:
        return f"{self.title}!{cell_name(self.column(name), row + 2)}"

    def grid(self) -> Grid:
        lines = [self.headers, *self.rows]
        kept = [(n, tuple(r)) for n, r in enumerate(lines, 1) if any(c.strip() for c in r)]
        return Grid(self.title, tuple(kept), self.blind)

    def read(self, *more: Grid, books: Sequence[Codebook] = ()) -> Returned:
        issued = [
            Issued(i.sentence.id, text_check(i.sentence.text), i.sentence.text) for i in self.items
        ]
        layouts = find_layouts([self.grid(), *more], "anna.xlsx")
        return read_answers(
            layouts, PACKET, issued, books=books or (self.book,), read_cells=read_cells
        )


def given_codes(found: Returned) -> dict[str, tuple[CodePolarity, ...]]:
    return {a.sentence_id: a.codes for a in found.answers}


# -- out -------------------------------------------------------------------------------------------


def test_the_sheet_shows_each_sentence_in_its_talk_and_nothing_of_the_machine() -> None:
    """Talk before and after line by line; without being asked for, no suggestion is anywhere."""
    hinted = replace(ITEMS[0], suggestion=Suggestion((Suggested("hot", B, 0.93),), "near: x", "m"))
    code_these, codes, how_to = sheets([hinted])
    row = dict(zip([c.header for c in code_these.columns], code_these.rows[0], strict=True))
    assert row["talk before"] == "INT: Question 0?\nP1: Well …"
    assert (row[SENTENCE], row["talk after"]) == ("It was hot.", "INT: I see.")
    assert row[ID] == hinted.sentence.id
    everything = str([f.rows for f in (code_these, codes, how_to)])
    assert "93" not in everything and "suggests" not in str(code_these.columns)
    assert [r[1] for r in codes.rows] == ["Heat, or warmth", "Rain", "Fog"]
    assert codes.rows[0][6] == "• Rain: Sweat is heat."
    assert ["behaviour", "going out"] in how_to.rows and ["coder", "ANNA"] in how_to.rows


def test_suggestions_stand_only_where_they_are_given() -> None:
    """A row of the audit sample stays empty; "nothing applies" is a suggestion too."""
    form = sheets(
        ITEMS[:3], suggested=[Suggestion((Suggested("hot", B, 0.93),)), None, Suggestion()]
    )[0]
    at = [c.header for c in form.columns].index("the machine suggests")
    assert [r[at] for r in form.rows] == ["Heat, or warmth, barrier (93%)", "", "nothing applies"]


def test_drop_downs_point_at_the_words_they_offer() -> None:
    """The ranges of the drop-downs hold exactly the labels, the polarities, and yes."""
    code_these, codes, how_to = sheets()
    by_title = {f.title: f for f in (codes, how_to)}

    def offered(header: str) -> list[object]:
        (reference,) = {c.choices for c in code_these.columns if c.header == header}
        title, _, cells = reference.partition("!")
        first, last = (c.strip("$").split("$") for c in cells.split(":"))
        rows = by_title[title.strip("'")].rows[int(first[1]) - 2 : int(last[1]) - 1]
        return [row["AB".index(first[0])] for row in rows]

    assert offered("code 1") == offered("code 3") == ["Heat, or warmth", "Rain", "Fog"]
    assert offered("polarity 2") == ["barrier", "facilitator", "both", "unclear"]
    assert offered("nothing applies") == ["yes"]


def test_a_codebook_of_one_choice_has_one_pair_of_columns(one: Codebook) -> None:
    headers = [c.header for c in sheets(book=one)[0].columns]
    assert "code 1" in headers and "code 2" not in headers


def test_context_that_does_not_fit_is_cut_and_says_so() -> None:
    """What is nearest to the sentence stays; an emoji takes two places, as Excel counts."""
    long = item(
        1, "Yes.", before=(("P1", "🙂" * 40_000 + "near"),), after=(("P1", "near" + "y" * 40_000),)
    )
    row = sheets([long])[0].rows[0]
    before, after = str(row[3]), str(row[5])
    assert before.startswith("…") and before.endswith("🙂near")
    assert after.startswith("P1: near") and after.endswith("y…")
    assert all(MAX_TEXT // 4 < stored_length(t) <= MAX_TEXT for t in (before, after))


@pytest.mark.parametrize(("length", "fits"), [(MAX_TEXT, True), (MAX_TEXT + 1, False)])
def test_a_sentence_is_never_cut(length: int, fits: bool) -> None:
    """One that does not fit whole is refused in words."""
    wrong = misfit(item(1, "x" * length))
    assert fits == (wrong is None)
    assert wrong is None or "32,768 characters" in wrong.what


# -- back ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one() -> Codebook:
    """The same codes, but one a sentence."""
    return BOOK.model_copy(update={"choice": "one"})


polarities = st.sampled_from([B, F, X, U])
some_codes = st.lists(
    st.one_of(
        st.builds(CodePolarity, st.sampled_from(["hot", "wet"]), polarities),
        st.just(CodePolarity("fog")),
    ),
    max_size=3, unique_by=lambda c: c.code,
)  # fmt: skip


@settings(max_examples=60)
@given(
    answers=st.dictionaries(st.integers(0, len(ITEMS) - 1), some_codes),
    shuffle=st.randoms(use_true_random=False),
    dropped=st.sets(st.integers(0, len(ITEMS) - 1)),
)
def test_whatever_is_answered_comes_back_exactly(
    answers: dict[int, list[CodePolarity]], shuffle: object, dropped: set[int]
) -> None:
    """Any rows with any codes, with rows and columns in any order and unanswered rows deleted."""
    sheet = Sheet()
    for row, codes in answers.items():
        if not codes:
            sheet.put(row, nothing_applies="yes")
        for k, c in enumerate(codes, 1):
            label = BOOK[c.code].label
            sheet.put(row, **{f"code_{k}": label, f"polarity_{k}": c.polarity.value})
    sheet.rows = [r for i, r in enumerate(sheet.rows) if i in answers or i not in dropped]
    shuffle.shuffle(sheet.rows)  # type: ignore[attr-defined]
    order = list(range(len(sheet.headers)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    sheet.headers = [sheet.headers[i] for i in order]
    sheet.rows = [[row[i] for i in order] for row in sheet.rows]
    if not sheet.rows:
        return
    found = sheet.read()
    assert found.problems == ()
    in_order = [ITEMS[i].sentence.id for i in sorted(answers)]
    assert [a.sentence_id for a in found.answers] == in_order
    assert {k: set(v) for k, v in given_codes(found).items()} == {
        ITEMS[i].sentence.id: set(codes) for i, codes in answers.items()
    }
    assert found.unanswered == len(ITEMS) - len(answers)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"code_1": " rain ", "polarity_1": "B"}, [("wet", B)]),
        ({"code_1": "WARM", "polarity_1": "Enabler"}, [("hot", F)]),
        ({"code_1": "Rain; Heat, or warmth", "polarity_1": "barrier; both"}, [("hot", X), ("wet", B)]),
        ({"code_1": "rain (barrier)"}, [("wet", B)]),
        ({"code_1": "Rain: unclear"}, [("wet", U)]),
        ({"code_1": "Rain", "polarity_1": "b", "code_2": "Rain", "polarity_2": "f"}, [("wet", X)]),
        ({"code_2": "Fog", "polarity_1": " ", "polarity_2": "n/a"}, [("fog", Polarity.NONE)]),
        ({"code_1": "Rain", "polarity_1": "?", "nothing_applies": "no"}, [("wet", U)]),
        ({"nothing_applies": "TRUE"}, []),
        ({"nothing_applies": "✓"}, []),
        ({"nothing_applies": " Yes "}, []),
        ({"code_1": "none"}, []),
    ],
)  # fmt: skip
def test_answers_are_understood_as_people_write_them(
    cells: dict[str, str], expected: list[tuple[str, Polarity]]
) -> None:
    found = Sheet().put(2, **cells).read()
    assert found.problems == ()
    (answer,) = found.answers
    assert answer.codes == tuple(CodePolarity(c, p) for c, p in expected)


@pytest.mark.parametrize(
    ("cells", "at", "what", "mend"),
    [
        ({"code_2": "Rian", "polarity_2": "b"}, "code_2", "'Rian' is not in the codebook", "'Rain'"),
        ({"code_1": "Rain", "polarity_1": "barier"}, "polarity_1", "'barier' is unknown", "'barrier'"),
        ({"code_1": "Rain"}, "polarity_1", "no polarity for 'Rain'", "choose: barrier"),
        ({"code_1": "Rain: barrier; warm"}, "polarity_1", "no polarity for 'Heat", "choose"),
        ({"polarity_3": "both"}, "polarity_3", "without a code", "choose its code"),
        ({"code_1": "Fog", "polarity_1": "barrier"}, "polarity_1", "has no polarity", "empty"),
        ({"code_1": "Fog", "nothing_applies": "yes"}, "nothing_applies", "has a code", "empty one"),
        ({"code_1": "Fog", "code_2": "nothing"}, "code_2", "has a code", "empty one"),
        ({"nothing_applies": "maybe"}, "nothing_applies", "neither yes nor empty", "memo"),
        ({"nothing_applies": "+"}, "nothing_applies", "neither yes nor empty", "memo"),
        ({"memo": "odd"}, "memo", "memo without an answer", "nothing applies"),
        ({"code_1": "none", "polarity_1": "b"}, "polarity_1", "where nothing applies", "empty"),
        ({"code_1": "Rain", "polarity_1": "b", "code_2": "rain", "polarity_2": "?"},
         "code_2", "stands twice", "leave one"),
        ({"code_1": "Rain", "polarity_1": "b; f; ?"}, "polarity_1", "1 codes but 3", "one polarity"),
    ],
)  # fmt: skip
def test_each_mistake_is_said_of_its_cell_and_the_rest_is_taken(
    cells: dict[str, str], at: str, what: str, mend: str
) -> None:
    """The faulty row gives no answer; the row below it does."""
    sheet = Sheet().put(2, **cells).put(3, code_1="Fog")
    found = sheet.read()
    (problem,) = found.problems
    assert problem.where == sheet.cell(2, at)
    assert what in problem.what and mend in problem.mend, problem
    assert given_codes(found) == {ITEMS[3].sentence.id: (CodePolarity("fog"),)}
    assert found.unanswered == len(ITEMS) - 2


@pytest.mark.parametrize(
    ("cells", "at", "what"),
    [
        ({"SENTENCE": "It was not hot."}, "SENTENCE", "not the one that was sent"),
        ({"SENTENCE": ""}, "SENTENCE", "not the one that was sent"),
        (
            {"sentence_id": "0123456789abcdef:7-9"},
            "sentence_id",
            "id of no sentence in this packet",
        ),
        ({"sentence_id": ITEMS[1].sentence.id}, "text_check", "does not belong"),
        ({"text_check": "h000000000000"}, "text_check", "does not belong"),
        ({"packet": "p-ffffffffffff"}, "packet", "belongs to packet 'p-ffffffffffff'"),
        ({"sentence_id": ""}, "code_1", "the row has no sentence id"),
    ],
)
def test_a_row_that_is_not_the_one_sent_is_not_taken(
    cells: dict[str, str], at: str, what: str
) -> None:
    """Id, text check, packet and sentence must all be those that went out."""
    sheet = Sheet().put(0, code_1="Fog").put(0, **cells)
    found = sheet.read()
    (problem,) = found.problems
    assert (problem.where, found.answers) == (sheet.cell(0, at), ())
    assert what in problem.what


def test_a_sort_of_some_columns_only_is_found_out() -> None:
    """Sentences sorted away from their ids: no answer is taken for another sentence."""
    sheet = Sheet()
    for row in range(len(ITEMS)):
        sheet.put(row, code_1="Fog")
    ids = [row[sheet.column("sentence_id") :] for row in sheet.rows]
    for row, tail in zip(sheet.rows, reversed(ids), strict=True):
        row[sheet.column("sentence_id") :] = tail
    found = sheet.read()
    assert (found.answers, len(found.problems)) == ((), len(ITEMS))


def test_inserted_rows_moved_header_and_own_columns_are_borne_and_named() -> None:
    """What is not read is said: a remark in a column or row of the coder's own."""
    sheet = Sheet().put(0, code_1="Fog").put(1, nothing_applies="yes")
    sheet.rows = [r for i, r in enumerate(sheet.rows) if i != 4]
    sheet.headers.insert(3, "My thoughts")
    for row in sheet.rows:
        row.insert(3, "")
    sheet.rows[0][3] = "hm"
    width = len(sheet.headers)
    sheet.rows.insert(1, [""] * width)
    sheet.rows.insert(0, ["Dear Ben", *[""] * (width - 1)])
    sheet.rows.insert(2, list(sheet.headers))
    found = sheet.read()
    assert found.problems == ()
    assert len(found.answers) == 2 and found.unanswered == len(ITEMS) - 2
    said = "\n".join(found.notes)
    assert "'My thoughts'" in said and "Code these!A2 'Dear Ben'" in said
    assert "1 row of the packet is not in the file" in said


def test_a_row_twice_counts_once_if_equal_and_not_at_all_if_different() -> None:
    """Copies of a sheet or of rows: what the coder meant is not guessed."""
    first = Sheet().put(0, code_1="Fog", memo="b").put(1, code_1="Fog")
    second = Sheet().put(0, code_1="fog", memo="a").put(1, nothing_applies="x").put(2, code_1="Fog")
    second.title = "Code these (2)"
    found = first.read(second.grid())
    assert {a.sentence_id: a.memo for a in found.answers} == {
        ITEMS[0].sentence.id: "a\nb", ITEMS[2].sentence.id: "",
    }  # fmt: skip
    assert [(a.cell, a.codes) for a in found.torn] == [
        (first.cell(1, "code_1"), (CodePolarity("fog"),)), (second.cell(1, "nothing_applies"), ()),
    ]  # fmt: skip
    assert found.unanswered == len(ITEMS) - 3


def test_a_formula_without_a_result_is_no_empty_cell() -> None:
    sheet = Sheet()
    sheet.blind = frozenset({(2, sheet.column("code_1"))})
    (problem,) = sheet.read().problems
    assert (problem.where, problem.what) == (sheet.cell(0, "code_1"), "a formula without a result")


def test_two_codes_where_the_codebook_allows_one(one: Codebook) -> None:
    """Also when they stand in one cell."""
    sheet = Sheet(book=one).put(0, code_1="Rain; Fog", polarity_1="b").put(1, code_1="Fog")
    found = sheet.read()
    assert [p.where for p in found.problems] == [sheet.cell(0, "code_1")]
    assert len(found.answers) == 1


def test_a_packet_is_read_by_the_codebook_it_was_sent_with_and_by_the_present_one() -> None:
    """Old labels still count, new aliases help, and a code that was dropped is said to be."""
    without = BOOK.model_copy(update={"codes": BOOK.codes[:2]})
    renamed = BOOK.codes[1].model_copy(update={"label": "Drizzle", "aliases": ("wetness",)})
    now = Codebook.model_validate(
        without.model_dump(by_alias=True)
        | {"code": [BOOK.codes[0].model_dump(), renamed.model_dump()]}
    )
    sheet = Sheet().put(0, code_1="Rain", polarity_1="b").put(1, code_1="wetness", polarity_1="f")
    found = sheet.put(2, code_1="Fog").read(books=(BOOK, now))
    assert [(a.codes, a.codebook) for a in found.answers] == [
        ((CodePolarity("wet", B),), BOOK.hash), ((CodePolarity("wet", F),), now.hash),
    ]  # fmt: skip
    (problem,) = found.problems
    assert "'fog' has left the codebook" in problem.what


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda h: h.remove(ID), "is no packet"),
        (lambda h: h.__setitem__(h.index(SENTENCE), "text"), "has no column 'SENTENCE'"),
        (lambda h: h.__setitem__(h.index("memo"), "code 1"), "two columns are called 'code 1'"),
    ],
)
def test_a_sheet_without_the_columns_that_tell_rows_apart_is_refused(
    spoil: Callable[[list[str]], None], words: str
) -> None:
    sheet = Sheet().put(0, code_1="Fog", memo="x")
    spoil(sheet.headers)
    with pytest.raises(InputError) as refused:
        find_layouts([sheet.grid()], "anna.xlsx")
    assert words in str(refused.value)


def test_the_packet_is_the_one_most_rows_name() -> None:
    sheet = Sheet().put(0, packet="p-other").put(1, packet="")
    assert packet_named(find_layouts([sheet.grid()], "a.xlsx"), "a.xlsx") == PACKET
    for row in range(len(ITEMS)):
        sheet.put(row, packet="")
    with pytest.raises(InputError, match="no row says which packet"):
        packet_named(find_layouts([sheet.grid()], "a.xlsx"), "a.xlsx")


@pytest.mark.parametrize(
    ("sent", "came", "same"),
    [
        ("It’s  “hot”.", 'it\'s "hot". ', True),
        ("雨 fell 🙂.", "? fell ??.", True),
        ("雨 fell.", "rain fell.", False),
        ("It was hot.", "It was hot?", False),
        ("-- so", "'-- so", True),
        ("Cafe\u0301", "Café", True),
        ("a\u200bb", "ab", True),
        ("It was hot.", "It was", False),
    ],
)
def test_saving_may_change_a_sentence_and_a_hand_may_not(sent: str, came: str, same: bool) -> None:
    assert same_words(sent, came) is same


@given(st.text())
def test_a_text_check_is_never_taken_for_a_number(text: str) -> None:
    check = text_check(text.encode("utf-8", "ignore").decode("utf-8"))
    assert check[0] == "h" and len(check) == 13


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A1"), (25, "Z1"), (26, "AA1"), (701, "ZZ1"), (702, "AAA1")]
)
def test_cells_are_named_as_spreadsheets_name_them(column: int, name: str) -> None:
    assert cell_name(column, 1) == name

"""Coded tables as teams write them: columns, codes and polarities in cells, and every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.codebook import Codebook, parse_codebook
from precode.codings.tables import ColumnMapping, read_coded_table
from precode.domain import Polarity
from precode.errors import InputError, Problem
from precode.files.tables import Table, read_table

B, F = Polarity.BARRIER, Polarity.FACILITATOR


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return parse_codebook(
        """
        name = "Mini"
        version = "1"
        [[code]]
        id = "opportunity"
        label = "Opportunity"
        definition = "What lies outside the person"
        [[code]]
        id = "physical_opportunity"
        label = "Physical opportunity"
        definition = "Time, money, access"
        parent = "opportunity"
        aliases = ["PO"]
        [[code]]
        id = "social_opportunity"
        label = "Social opportunity"
        definition = "Other people"
        parent = "opportunity"
        [[code]]
        id = "outcome"
        label = "Outcome, as told"
        definition = "What came of it"
        polarity = false
        """
    )


def table(*rows: dict[str, str]) -> Table:
    """Rows of a table; source, excerpt and coder are filled in where they are not given."""
    full = tuple({"source": "i1", "excerpt": "no time", "coder": "AB", **row} for row in rows)
    columns = tuple(dict.fromkeys(c for row in full for c in row))
    return Table(columns, full, tuple(f"codes.csv, row {i}" for i in range(2, len(full) + 2)))


def read(t: Table, codebook: Codebook) -> tuple[list[tuple[str, Polarity]], list[Problem]]:
    excerpts, problems = read_coded_table(t, ColumnMapping.find(t.columns), codebook)
    return [(e.code, e.polarity) for e in excerpts], problems


# -- columns -----------------------------------------------------------------------------------


def test_columns_are_found_by_the_headers_teams_use() -> None:
    """Case, underscores and synonyms do not matter."""
    headers = (
        "Row",
        "File_Name",
        "QUOTE",
        "Theme",
        "Barrier or facilitator",
        "Coded by",
        "Comment",
    )
    assert ColumnMapping.find(headers) == ColumnMapping(
        source="File_Name",
        excerpt="QUOTE",
        code="Theme",
        polarity="Barrier or facilitator",
        coder="Coded by",
        memo="Comment",
    )


def test_a_column_named_as_the_field_wins_over_synonyms() -> None:
    mapping = ColumnMapping.find(("source", "document", "excerpt", "text", "code", "theme"))
    assert (mapping.source, mapping.excerpt, mapping.code) == ("source", "excerpt", "code")


def test_a_named_column_is_taken_whatever_the_headers() -> None:
    mapping = ColumnMapping.find(("a", "b", "C"), source="a", excerpt="b", code="c")
    assert (mapping.source, mapping.excerpt, mapping.code) == ("a", "b", "C")


def test_missing_columns_are_listed_together_with_the_flags_that_name_them() -> None:
    """Both are missing; the message lists the columns found."""
    with pytest.raises(InputError) as error:
        ColumnMapping.find(("id", "speech", "code"), where="codes.csv")
    text = str(error.value)
    assert "id, speech, code" in text
    assert "--source-column" in text
    assert "--excerpt-column" in text
    assert "--code-column" not in text


def test_two_columns_that_could_be_the_excerpt_are_not_guessed_between() -> None:
    with pytest.raises(InputError, match="'quote' or 'text'") as error:
        ColumnMapping.find(("source", "quote", "text", "code"))
    assert "--excerpt-column" in error.value.problems[0].mend


def test_a_flag_that_names_no_column_is_refused() -> None:
    with pytest.raises(InputError, match="no column 'quot'"):
        ColumnMapping.find(("source", "excerpt", "code"), excerpt="quot")


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None)
@given(source=names.filter(bool), polarity=names)
def test_a_saved_mapping_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, source: str, polarity: str
) -> None:
    """Any header text survives, quotes, backslashes and line ends included."""
    path = tmp_path_factory.mktemp("mapping") / "mapping.toml"
    mapping = ColumnMapping(source=source, excerpt="e", code="c", polarity=polarity)
    mapping.save(path)
    assert ColumnMapping.load(path) == mapping


def test_a_damaged_mapping_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('source = "a"\nexcerpt = "b"\ncode = 3\n')
    with pytest.raises(InputError, match=r"line 3, field code: should be text in quotes"):
        ColumnMapping.load(path)


def test_a_saved_mapping_for_another_table_is_refused(codebook: Codebook) -> None:
    """The mapping names a column that this table lacks."""
    mapping = ColumnMapping(source="source", excerpt="Zitat", code="code")
    with pytest.raises(InputError, match="no column 'Zitat'"):
        read_coded_table(table({"code": "PO"}), mapping, codebook)


# -- cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "polarity", "expected"),
    [
        ("Physical opportunity", "barrier", [("physical_opportunity", B)]),
        ("PHYSICAL_OPPORTUNITY", "Facilitators", [("physical_opportunity", F)]),
        ("po", "", [("physical_opportunity", Polarity.UNCLEAR)]),
        ("PO", "n/a", [("physical_opportunity", Polarity.UNCLEAR)]),
        ("PO", "?", [("physical_opportunity", Polarity.UNCLEAR)]),
        ("PO", "barrier/facilitator", [("physical_opportunity", Polarity.BOTH)]),
        ("PO", "Barrier; facilitator", [("physical_opportunity", Polarity.BOTH)]),
        ("physical opportunity: barrier", "", [("physical_opportunity", B)]),
        ("Barriers\\Physical opportunity", "", [("physical_opportunity", B)]),
        ("Nodes\\\\COM-B\\\\Opportunity\\\\PO", "B", [("physical_opportunity", B)]),
        ("Opportunity > Physical opportunity > Enabler", "", [("physical_opportunity", F)]),
        ("physical_opportunity (facilitator)", "", [("physical_opportunity", F)]),
        ("physical_opportunity_barrier", "", [("physical_opportunity", B)]),
        ("Barrier physical opportunity", "barrier", [("physical_opportunity", B)]),
        ("PO - barrier", "", [("physical_opportunity", B)]),
        ("PO; Social opportunity", "b", [("physical_opportunity", B), ("social_opportunity", B)]),
        (
            "PO | social opportunity",
            "b; f",
            [("physical_opportunity", B), ("social_opportunity", F)],
        ),
        (
            "PO: b\nSocial opportunity: f",
            "",
            [("physical_opportunity", B), ("social_opportunity", F)],
        ),
        ("PO, social opportunity", "b", [("physical_opportunity", B), ("social_opportunity", B)]),
        ("Outcome, as told", "", [("outcome", Polarity.NONE)]),
        ("Outcome, as told; PO", "b", [("outcome", Polarity.NONE), ("physical_opportunity", B)]),
        ("none", "", [("", Polarity.NONE)]),
        ("No code", "", [("", Polarity.NONE)]),
        ("Nothing applies", "n/a", [("", Polarity.NONE)]),
    ],
)
def test_a_cell_is_understood(
    codebook: Codebook, cell: str, polarity: str, expected: list[tuple[str, Polarity]]
) -> None:
    assert read(table({"code": cell, "polarity": polarity}), codebook) == (expected, [])


@pytest.mark.parametrize(
    ("cell", "polarity", "what", "mend"),
    [
        (
            "Fysical oportunity",
            "b",
            "'Fysical oportunity' is not in the codebook 'Mini'",
            "'Physical opportunity'",
        ),
        (
            "Barriers\\Lack of time",
            "",
            "'Barriers\\\\Lack of time' is not in the codebook",
            "add it",
        ),
        ("Opportunity", "b", "is a heading", "Physical opportunity, Social opportunity"),
        ("PO", "barier", "polarity 'barier' is unknown", "did you mean 'barrier'?"),
        ("PO", "!!", "polarity '!!' is unknown", "write barrier, facilitator"),
        (
            "PO: barrier",
            "facilitator",
            "says barrier, but the polarity column says facilitator",
            "leave one",
        ),
        ("PO; social opportunity", "b; f; b", "has 2 codes but 3 polarities", "one for each"),
        ("Outcome, as told", "barrier", "has no polarity in the codebook", "polarity = true"),
        ("Social opportunity\\PO", "", "names two codes", "separate"),
        ("none; PO", "b", "says both a code and none", "not both"),
        ("", "b", "has no code", '"none"'),
    ],
)
def test_a_mistake_in_a_cell_is_a_problem_with_its_row_and_mend(
    codebook: Codebook, cell: str, polarity: str, what: str, mend: str
) -> None:
    excerpts, problems = read(table({"code": cell, "polarity": polarity}), codebook)
    assert excerpts == []
    (problem,) = problems
    assert problem.where == "codes.csv, row 2"
    assert what in problem.what
    assert mend in problem.mend


# -- rows --------------------------------------------------------------------------------------


def test_all_problems_of_all_rows_are_collected(codebook: Codebook) -> None:
    """Four faulty rows and a good one: each fault is named, the good row is read."""
    excerpts, problems = read(
        table(
            {"code": "PO", "excerpt": " "},
            {"code": "PO", "source": ""},
            {"code": "PO", "coder": ""},
            {"code": "nonsense"},
            {"code": "PO"},
        ),
        codebook,
    )
    assert [p.where for p in problems] == [f"codes.csv, row {i}" for i in (2, 3, 4, 5)]
    assert [p.what for p in problems] == [
        "has no excerpt",
        "names no transcript",
        "names no coder",
        "code 'nonsense' is not in the codebook 'Mini'",
    ]
    assert excerpts == [("physical_opportunity", Polarity.UNCLEAR)]


def test_the_same_mistake_in_many_rows_is_told_once(codebook: Codebook) -> None:
    _, problems = read(table(*[{"code": "PO", "polarity": "barr"}] * 9), codebook)
    assert [p.where for p in problems] == ["codes.csv, rows 2, 3, 4, 5, 6 and 4 more"]


def test_a_dash_is_a_polarity_only_beside_plus(codebook: Codebook) -> None:
    """Alone it may as well mark an empty cell: asked, not guessed."""
    dash, plus = {"code": "PO", "polarity": "\u2013"}, {"code": "PO", "polarity": "+"}
    assert read(table(dash, plus), codebook) == (
        [("physical_opportunity", B), ("physical_opportunity", F)],
        [],
    )
    _, (problem,) = read(table(dash), codebook)
    assert "may mean barrier, or nothing" in problem.what


def test_without_a_coder_column_the_coder_must_be_named(codebook: Codebook) -> None:
    rows = ({"source": "i1", "excerpt": "no time", "code": "PO"},)
    t = Table(("source", "excerpt", "code"), rows, ("codes.csv, row 2",))
    mapping = ColumnMapping.find(t.columns)
    excerpts, problems = read_coded_table(t, mapping, codebook)
    assert excerpts == []
    assert "--coder NAME" in problems[0].mend
    excerpts, problems = read_coded_table(t, mapping, codebook, default_coder="CD")
    assert problems == []
    assert [e.coder for e in excerpts] == ["CD"]


def test_a_file_is_read_with_memo_and_every_character_of_the_excerpt(
    codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(
        'Document,Quote,Code,Direction,Coder,Notes\nFG1.docx,"I, er… ""no""\ntime",PO,b,AB,ask\n',
        encoding="utf-8",
    )
    t = read_table(path)
    (excerpt,), problems = read_coded_table(t, ColumnMapping.find(t.columns), codebook)
    assert problems == []
    assert (excerpt.source, excerpt.text, excerpt.memo, excerpt.row) == (
        "FG1.docx",
        'I, er… "no"\ntime',
        "ask",
        "codes.csv, row 2",
    )


@settings(deadline=None)
@given(cell=st.text(max_size=40), polarity=st.text(max_size=20))
def test_any_cell_is_read_or_refused(codebook: Codebook, cell: str, polarity: str) -> None:
    """Never both nothing read and nothing said; codes are always those of the codebook."""
    excerpts, problems = read(table({"code": cell, "polarity": polarity}), codebook)
    assert excerpts or problems
    assert all(code in ("", *codebook.leaf_ids) for code, _ in excerpts)

"""The Behaviour Change Wheel's tables: whole, cited, linked as published, and only for barriers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.conftest import MakeView

from precode.codebook import Codebook, parse_codebook, read_codebook
from precode.domain import Kind, Polarity, Role
from precode.errors import InputError
from precode.report.grid import Mentions
from precode.report.tables.make import make_tables
from precode.report.view import StudyView
from precode.report.wheel import Wheel, read_wheel
from precode.resources import codebooks, shipped

PATH = shipped("configs") / "frameworks" / "behaviour-change-wheel.toml"
B, F, BOTH = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH


@pytest.fixture(scope="module")
def wheel() -> Wheel:
    return read_wheel(PATH)


def test_the_tables_have_as_many_functions_as_their_sources(wheel: Wheel) -> None:
    """Michie 2011, Table 2, has 2, 3, 4, 6, 3 and 3 in its rows; the guide of 2014 adds three."""
    first, second, tdf = wheel.tables
    order = ("physical_capability", "psychological_capability", "reflective_motivation",
             "automatic_motivation", "physical_opportunity", "social_opportunity")  # fmt: skip
    assert [len(first.functions[c]) for c in order] == [2, 3, 4, 6, 3, 3]
    assert sum(map(len, second.functions.values())) == 3
    assert "goals" not in tdf.functions
    named = {f for t in wheel.tables for fs in t.functions.values() for f in fs}
    assert named <= set(wheel.functions) and len(wheel.functions) == 9
    assert all(t.source for t in wheel.tables) and second.check


def test_every_code_of_the_tables_is_in_a_shipped_codebook(wheel: Wheel) -> None:
    """A code misspelt in the file would silently link nothing."""
    books = [read_codebook(p) for p in codebooks().values()]
    known = {c for b in books for c in b.leaf_ids}
    assert {c for t in wheel.tables for c in t.functions} <= known


def test_tdf_domains_are_linked_through_the_sub_domain_they_belong_to(wheel: Wheel) -> None:
    """And by their own table; a theme under a code is linked as that code."""
    tdf = read_codebook(codebooks()["tdf"])
    first, _, own = wheel.tables
    said = [f.label for f in wheel.links(first, tdf, "knowledge")]
    assert said == ["education", "training", "enablement"]
    assert [f.label for f in wheel.links(own, tdf, "knowledge")] == ["education"]
    assert wheel.links(own, tdf, "goals") == ()
    theme = _themed()
    assert wheel.links(first, theme, "rota") == wheel.links(first, theme, "physical_opportunity")


def test_a_theme_of_a_tdf_domain_is_linked_as_that_domain_in_every_table(wheel: Wheel) -> None:
    """It maps to the code above it, and that to a sub-domain of another codebook."""
    text = (
        codebooks()["tdf"].read_text(encoding="utf-8")
        + """
[[code]]
id = "no_slots"
label = "No slots"
parent = "environment_resources"
maps_to = ["environment_resources"]
definition = "too few"
"""
    )
    tdf = parse_codebook(text)
    for table in wheel.tables:
        linked = wheel.links(table, tdf, "no_slots")
        assert linked == wheel.links(table, tdf, "environment_resources") != ()
    assert [wheel.links(t, tdf, "goals") for t in wheel.tables[1:]] == [(), ()]


def _themed() -> Codebook:
    return parse_codebook(
        """
name = "Ours"
version = "1"
[[code]]
id = "physical_opportunity"
label = "Physical opportunity"
definition = "time and things"
[[code]]
id = "rota"
label = "The rota"
definition = "no time on the rota"
parent = "physical_opportunity"
[[code]]
id = "own"
label = "Our own"
definition = "outside the model"
"""
    )


def _view(make_view: MakeView, wheel: Wheel | None, *codes: tuple[str, Polarity]) -> StudyView:
    from dataclasses import replace

    turns = [("P1", Role.PARTICIPANT, ["No time.", "Still none.", "Later."]),
             ("P2", Role.PARTICIPANT, ["Never."])]  # fmt: skip
    given = [(0, i, "Ana", code, p) for i, (code, p) in enumerate(codes)]
    view = make_view([("one", Kind.INTERVIEW, turns)], given, wheel=wheel)
    return replace(view, codebook=_themed())


def test_only_codes_with_barriers_get_a_line(make_view: MakeView, wheel: Wheel) -> None:
    """Facilitators ask for no function; "both" counts as a barrier; people count once."""
    t = make_tables(_view(make_view, wheel, ("rota", B), ("rota", BOTH), ("own", F), ("rota", B)))
    assert t.wheel is not None
    (line,) = t.wheel.rows
    assert line.cells[:2] == ("The rota", Mentions(3, 2))
    assert line.cells[2] == "restriction, environmental restructuring, enablement"
    assert any("10.1186/1748-5908-6-42" in note for note in t.wheel.notes)
    assert any("check them there" in note for note in t.wheel.notes)


def test_nothing_is_said_without_a_barrier_or_a_link(make_view: MakeView, wheel: Wheel) -> None:
    """No table, and so no section, rather than an empty one."""
    assert make_tables(_view(make_view, wheel, ("rota", F))).wheel is None
    assert make_tables(_view(make_view, None, ("rota", B))).wheel is None


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """With the line, as every other file that people may read."""
    path = tmp_path / "wheel.toml"
    path.write_text("[[table]]\nid = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"wheel\.toml"):
        read_wheel(path)

"""Projects written: valid by the schema, the same each time, and read back as they were."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from precode.exchange.project import Case, Coder, Project, ProjectCode, Selection, Source
from precode.exchange.refi_guid import as_guid, guid_of
from precode.exchange.refi_read import read_refi
from precode.exchange.refi_write import write_codebook, write_project

WORD = st.text(
    st.one_of(
        st.sampled_from("ab c.\n\t<&>\"'\u0301\u00e9\U0001f600\U0001d4b3漢\u2028\x0b\ufffd"),
        st.characters(exclude_categories=("Cs", "Cc")),
    ),
    min_size=1,
    max_size=30,
)
NAME = WORD.map(lambda t: " ".join(t.replace("\ufffe", "").replace("\uffff", "").split())).filter(
    bool
)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Anything a study may hold: overlapping, adjacent and repeated codings, whole sources, cases."""
    names = draw(st.lists(NAME, min_size=1, max_size=3, unique_by=str.casefold))
    sources = tuple(
        Source(f"s{i}", name, draw(WORD.filter(lambda t: t.strip() and not t.startswith("ID3"))))
        for i, name in enumerate(names)
    )
    codes = [ProjectCode(f"c{i}", draw(NAME), draw(st.sampled_from(["", *(f"c{j}" for j in range(i))])),
                         draw(st.one_of(st.just(""), NAME)), draw(st.sampled_from(["", "#a0B1c2"])))
             for i in range(draw(st.integers(1, 4)))]  # fmt: skip
    coders = [Coder(f"u{i}", n) for i, n in
              enumerate(draw(st.lists(NAME, min_size=1, max_size=3, unique_by=str.casefold)))]  # fmt: skip
    selections = []
    for _ in range(draw(st.integers(0, 6))):
        s = draw(st.sampled_from(sources))
        whole = draw(st.integers(0, 5)) == 0
        start = 0 if whole else draw(st.integers(0, len(s.text) - 1))
        end = len(s.text) if whole else draw(st.integers(start + 1, len(s.text)))
        selections.append(
            Selection(s.id, start, end, draw(st.sampled_from(codes)).id, draw(st.sampled_from(coders)).id,
                      draw(st.sampled_from(["", "2024-05-06T07:08:09.123+00:00"])),
                      draw(st.one_of(st.just(""), NAME)), whole=whole)
        )  # fmt: skip
    cases = []
    for name in draw(st.lists(NAME, max_size=3)):
        s = draw(st.sampled_from(sources))
        start = draw(st.integers(0, len(s.text) - 1))
        place = draw(st.sampled_from([(s.id, 0, -1), (s.id, start, len(s.text))]))
        cases.append(Case(name, draw(st.dictionaries(NAME, NAME, max_size=3)), (place,)))
    return Project("precode 1", "Made", sources, tuple(codes), tuple(coders), tuple(selections),
                   cases=tuple(cases), notes=(("project", "About it"),))  # fmt: skip


def normal(p: Project) -> dict[str, Any]:
    """What must survive: ids as GUIDs, order apart where the format has none."""
    return {
        "sources": [(as_guid("source", s.id), s.name, s.text) for s in p.sources],
        "codes": sorted(
            (as_guid("code", c.id), c.name, as_guid("code", c.parent) if c.parent else "",
             c.description, c.colour, c.codable) for c in p.codes
        ),
        "coders": [(as_guid("user", c.id), c.name) for c in p.coders],
        "selections": sorted(
            (as_guid("source", s.source), s.start, s.end, as_guid("code", s.code),
             as_guid("user", s.coder), s.at, s.note, s.whole) for s in p.selections
        ),
        "cases": [
            (c.name, dict(c.variables), sorted((as_guid("source", i), a, b) for i, a, b in c.places))
            for c in p.cases
        ],
        "notes": list(p.notes),
    }  # fmt: skip


@given(made=projects())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_project_comes_back(made: Project) -> None:
    """Texts, codes, coders, codings, notes, cases: to the character."""
    with tempfile.TemporaryDirectory() as folder:
        write_project(path := Path(folder) / "p.qdpx", made)
        back = read_refi(path)
    assert normal(back) == normal(made)
    assert not [d for d in back.doubts if d.kind == "left out"]


@given(made=projects())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_valid_by_the_schema(made: Project, shared: Path) -> None:
    """The published schema has nothing to say against any of them."""
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(shared / "refi-qda" / "Project-mrt2019.xsd"))
    with tempfile.TemporaryDirectory() as folder:
        write_project(path := Path(folder) / "p.qdpx", made)
        with zipfile.ZipFile(path) as archive:
            schema.assertValid(etree.fromstring(archive.read("project.qde")))
            names = set(archive.namelist())
    assert {n for n in names if n != "project.qde"} == {
        f"sources/{as_guid('source', s.id)}.txt" for s in made.sources
    }


SMALL = Project(
    "precode 1", "Small", (Source("t", "Talk", "P1: Late.\n"),),
    (ProjectCode("a", "A"), ProjectCode("a/b", "B", "a")), (Coder("u", "Anna"),),
    (Selection("t", 4, 9, "a/b", "u", "2024-05-06T07:08:09Z", "why"),
     Selection("t", 4, 9, "a/b", "u", note="again")),
)  # fmt: skip


def test_the_same_project_the_same_bytes(tmp_path: Path) -> None:
    """Exporting twice makes the same file; ids that are GUIDs stay as they are."""
    write_project(tmp_path / "a.qdpx", SMALL)
    write_project(tmp_path / "b.qdpx", SMALL)
    assert (tmp_path / "a.qdpx").read_bytes() == (tmp_path / "b.qdpx").read_bytes()
    back = read_refi(tmp_path / "a.qdpx")
    write_project(tmp_path / "c.qdpx", replace(back, tool="precode 1"))
    assert normal(read_refi(tmp_path / "c.qdpx")) == normal(SMALL)
    assert as_guid("code", guid_of("code", "x")) == guid_of("code", "x")


def test_every_guid_once(tmp_path: Path) -> None:
    """Even two codings alike but for their notes are two."""
    import re

    write_project(tmp_path / "a.qdpx", SMALL)
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        guids = re.findall(r'\bguid="([^"]+)"', archive.read("project.qde").decode())
    assert len(guids) == len(set(guids)) == 1 + 1 + 2 + 1 + 2 + 2


def test_a_selection_outside_its_text_is_our_mistake(tmp_path: Path) -> None:
    wrong = replace(SMALL, selections=(Selection("t", 4, 99, "a", "u"),))
    with pytest.raises(ValueError, match="no passage"):
        write_project(tmp_path / "a.qdpx", wrong)
    assert not (tmp_path / "a.qdpx").exists()


def test_codebook(tmp_path: Path) -> None:
    """A .qdc holds the tree of codes, and comes back."""
    write_codebook(tmp_path / "a.qdc", SMALL)
    back = read_refi(tmp_path / "a.qdc")
    assert [back.path(c.id) for c in back.codes] == [("A",), ("A", "B")]

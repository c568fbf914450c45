"""A study can begin with the codebook of a project made elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from precode.codebook import read_codebook
from precode.errors import InputError
from precode.exchange.project import Project, ProjectCode
from precode.exchange.refi_write import write_codebook
from precode.resources import codebooks
from precode.steps.init import init

CODES = (
    ProjectCode("a", "Time & money", description='What they "lack".\nTwo lines.'),
    ProjectCode("b", "Time", "a"),
    ProjectCode("c", "Barrier", "b"),
    ProjectCode("d", "Facilitator", "b"),
    ProjectCode("e", "time", "a", "Again, in small letters."),
    ProjectCode("f", "時間"),
)


def made(tmp_path: Path, *codes: ProjectCode) -> Path:
    file = tmp_path / "team.qdc"
    write_codebook(file, Project("Somewhere 1", "Team", (), codes, ()))
    study = tmp_path / "study"
    init(study, behaviour="walking more", codebook=str(file))
    return study


def test_codes_come_with_tree_descriptions_and_their_own_ids(tmp_path: Path) -> None:
    """Polarities below a code are no codes; like names get numbers; nothing is left undefined."""
    book = read_codebook(made(tmp_path, *CODES) / "codebook.toml")
    assert [c.label for c in book.codes] == ["Time & money", "Time", "time (Time & money)", "時間"]
    top, time, again, other = book.codes
    assert (time.parent, again.parent, other.parent) == (top.id, top.id, "")
    assert (time.id, again.id) == ("time", "time_2")
    assert top.definition == 'What they "lack".\nTwo lines.'
    assert "no definition" in time.definition
    assert all(leaf.polarity for leaf in book.leaves)


def test_our_own_codebook_comes_back_with_its_codes(tmp_path: Path) -> None:
    """COM-B out to .qdc and in again: the same ids and tree."""
    comb = read_codebook(codebooks()["comb"])
    codes = tuple(ProjectCode(c.id, c.label, c.parent, c.definition) for c in comb.codes)
    book = read_codebook(made(tmp_path, *codes) / "codebook.toml")
    assert [(c.id, c.parent) for c in book.codes] == [(c.id, c.parent) for c in comb.codes]


def test_a_file_without_codes_or_broken_is_refused(tmp_path: Path) -> None:
    """In one line, and no study is made."""
    with pytest.raises(InputError, match="no code"):
        made(tmp_path)
    broken = tmp_path / "broken.qdc"
    broken.write_text("<CodeBook", encoding="utf-8")
    with pytest.raises(InputError):
        init(tmp_path / "other", behaviour="x", codebook=str(broken))
    assert not (tmp_path / "study").exists() and not (tmp_path / "other").exists()

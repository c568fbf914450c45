"""``--anonymise``: names of speakers, files and people that stand outside participants' words."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import openpyxl
import pytest
from running import run
from studies import BEHAVIOUR, write_table

from precode.report.identifiers.mask import Masker
from precode.report.identifiers.scan import Lexicon, names_of, words_of

COMMON = words_of(["i will may mark the nurse midwife said we went for hope they time left"])
LABELS = ["Will", "MAY", "Strauß", "אבי כהן", "Jo", "Dewi, Physio", "P1", "Midwife", "GP"]


def _masker(**known: list[str]) -> Masker:
    return Masker(Lexicon(COMMON, names_of(LABELS, COMMON)), **known)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Will", "[name]"),
        ("MAY", "[name]"),
        ("Strauß", "[name]"),
        ("אבי כהן", "[name] [name]"),
        ("Jo", "[name]"),
        ("Dewi, Physio", "[name], Physio"),
        ("P1", "P1"),
        ("Midwife", "Midwife"),
        ("GP", "GP"),
    ],
)
def test_a_label_that_is_a_word_too_is_masked_where_it_is_a_name(label: str, shown: str) -> None:
    """Will, May and Strauß are people; a midwife and a GP are none by name."""
    assert _masker().label(label, "here") == shown


def test_a_speakers_name_is_masked_in_talk_and_the_word_is_not() -> None:
    """Capitals tell "May" from "may"."""
    said = "They left none for May, and I may go, will you mark it? Time, Will, there is none."
    assert _masker().speech(said, "here") == (
        "They left none for [name], and I may go, will you mark it? Time, [name], there is none."
    )


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("FG 1 – Gwen Parry’s group", "FG 1 – [name]’s group"),
        ("/home/sian/aberwen_interview_02.docx", "[name]_interview_02.docx"),
        ("C:\\data\\interview-public-02.txt", "interview-public-02.txt"),
        ("Interview 2023-05-12", "Interview [date]"),
        ("interview-01", "interview-01"),
        ("HCP-03 midwife", "HCP-03 midwife"),
    ],
)
def test_files_lose_names_dates_and_folders_wherever_they_stand(file: str, shown: str) -> None:
    """In whatever text of the report; words that files are called by stay."""
    masker = _masker(files=[file])
    assert masker.anywhere(f"Coded: {file}, twice", "here") == f"Coded: {shown}, twice"


def test_no_door_of_the_report_shows_a_masked_name(tmp_path: Path) -> None:
    """Labels, file names, what nobody could place and a column of names, in all three formats, with
    charts' alternatives and files' properties; a name in the title is told of.
    """
    talk = tmp_path / "Focus group with Gwenllian.txt"
    spoken = [
        f"{who}: The bus to town was late again, and it cost us {n} pounds that day."
        for n, who in enumerate(("Will", "May", "Strauß", "אבי כהן") * 3)
    ]
    talk.write_text("Interviewer: Well?\n" + "\n".join(spoken) + "\n", encoding="utf-8")
    labels = ("Will", "May", "Strauß", "אבי כהן")
    people = write_table(
        tmp_path / "people.csv", ["source", "label", "name", "job"],
        *([talk.stem, label, f"Quillfeather {n}", "midwife"] for n, label in enumerate(labels)),
    )  # fmt: skip
    rows = [
        [talk.stem, line.partition(": ")[2], "physical_opportunity", "barrier", c]
        for line in spoken
        for c in ("ANNA", "BEN")
    ]
    lost = [
        talk.stem,
        "Nobody ever said this of Zebedee at all.",
        "physical_opportunity",
        "",
        "BEN",
    ]
    coded = write_table(
        tmp_path / "codings.csv", ["source", "excerpt", "code", "polarity", "coder"], *rows, lost
    )
    study = tmp_path / "study"
    title = ("--title", "What Myfanwy asked")
    assert run("init", study, "--behaviour", BEHAVIOUR, *title).code == 0
    assert run("add", "--study", study, talk, "--attributes", people).code == 0
    assert run("codes", "--study", study, coded, "--complete-all").code == 0
    out = tmp_path / "out"
    out.mkdir()
    ran = run("report", "--study", study, "--format", "html,docx,xlsx", "--out", out,
              "--attribution", "name", "--anonymise", "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    assert any("Myfanwy" in note for note in json.loads(ran.out)["notes"])
    names = ("Will", "May", "Strauß", "כהן", "Gwenllian", "Quillfeather", "Zebedee", str(tmp_path))
    page = (out / "report.html").read_text(encoding="utf-8")
    book = "".join(t for t in docx.Document(str(out / "report.docx")).element.itertext())
    cells = [
        str(cell.value)
        for sheet in openpyxl.load_workbook(out / "report.xlsx")
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert "The bus to town" in page and "The bus to town" in book
    for name in names:
        for place in (page, book, "\n".join(cells)):
            at = place.find(name)
            assert at < 0, f"{name}: …{place[max(0, at - 80) : at + 60]}…"
    assert "Myfanwy" in page  # the team's own words stand

"""REFI-QDA projects as NVivo, ATLAS.ti, QualCoder and others write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import (
    ANNA,
    BEN,
    BUS,
    CODES,
    TALK,
    TEXT,
    USERS,
    number,
    packed,
    project,
    selection,
    source,
)

from precode.errors import InputError
from precode.exchange.project import Project
from precode.exchange.refi_read import read_refi

SAID = TEXT.index("The bus"), TEXT.index("The bus") + len("The bus was late.")


def read(tmp_path: Path, xml: str, files: dict[str, bytes] | None = None) -> Project:
    return read_refi(packed(tmp_path / "made.qdpx", xml, files))


def on_bounds(made: Project) -> int:
    """How many selections cut no word."""
    texts = {s.id: s.text for s in made.sources}

    def cut(text: str, at: int) -> bool:
        return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()

    return sum(
        not cut(texts[s.source], s.start) and not cut(texts[s.source], s.end)
        for s in made.selections
    )


# -- real files ------------------------------------------------------------------------------------


def test_nvivo(shared: Path) -> None:
    """All 303 selections of a real NVivo project are placed, 300 on word bounds: by UTF-16 code
    units on CRLF; 152 codes in a tree; two users.
    """
    made = read_refi(shared / "refi-qda" / "nvivo12-coded.qdpx")
    assert made.tool == "NVivo for Windows 12.6"
    assert len(made.selections) == 303
    assert not made.quotes
    assert on_bounds(made) >= 300
    assert len(made.codes) == 152
    assert max(len(made.path(c.id)) for c in made.codes) == 4
    assert sum(c.description != "" for c in made.codes) > 10
    assert len(made.coders) == 2
    assert {s.coder for s in made.selections} <= {c.id for c in made.coders}
    assert all(s.at for s in made.selections)
    assert any("UTF-16" in d.what and "300 of 303" in d.what for d in made.doubts)
    assert not [d for d in made.doubts if d.kind == "left out"]


def test_quirks_of_paths(shared: Path) -> None:
    """A project whose paths have no scheme and whose sources have no names: whole."""
    made = read_refi(shared / "refi-qda" / "qc-demo.qdpx")
    assert [s.name for s in made.sources] == ["board_2017", "admin-1"]
    assert all(s.text for s in made.sources)
    assert (len(made.codes), len(made.selections)) == (262, 205)
    assert on_bounds(made) == 205
    assert len({s.coder for s in made.selections}) == len(made.coders) == 1


def test_project_without_sources(shared: Path) -> None:
    """ATLAS.ti, codes only."""
    made = read_refi(shared / "refi-qda" / "target-atlas-project.qdpx")
    assert [len(made.path(c.id)) for c in made.codes] == [1, 2, 2]
    assert len(made.coders) == 2
    assert not made.sources


# -- made projects ---------------------------------------------------------------------------------


def test_a_coding_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    """Who, when, what code, and the notes that are tied to the coding, by reference or link."""
    noted = selection(*SAID).replace("</Coding>", f'<NoteRef targetGUID="{number(70)}"/></Coding>')
    note = (
        f'<Notes><Note guid="{number(70)}"><PlainTextContent>Sure of it.</PlainTextContent></Note>'
        f'<Note guid="{number(71)}" plainTextPath="internal://n.txt"/></Notes>'
        f'<Links><Link guid="{number(72)}" originGUID="{number(71)}" targetGUID="{number(1)}"/></Links>'
    )
    files = {f"sources/{TALK}.txt": TEXT.encode(), "sources/n.txt": b"\xef\xbb\xbfLate?\r\n"}
    made = read(tmp_path, project(source(noted), after=note), files)
    (s,) = made.selections
    assert TEXT[s.start : s.end] == "The bus was late."
    assert (s.code, s.coder, s.at) == (BUS, ANNA, "2024-05-06T07:08:09Z")
    assert s.note == "Sure of it.\n\nLate?"
    assert made.path(s.code) == ("Barriers", "Physical opportunity")
    assert [c.codable for c in made.codes] == [False, True]
    assert made.codes[1].colour == "#aa0000"
    assert made.codes[1].description == "Time, money, buses."


@pytest.mark.parametrize(
    ("reference", "part"),
    [
        (f"internal://{TALK}.txt", f"sources/{TALK}.txt"),
        (f"internal:///{TALK}.txt", f"Sources/{TALK}.txt"),
        (f"Internal://sources/{TALK}.TXT", f"SOURCES/{TALK}.txt"),
        ("relative:///My%20talk.txt", "sources/My talk.txt"),
        ("relative://sub\\talk.txt", "sources/sub/talk.txt"),
        ("talk.txt", "elsewhere/talk.txt"),
    ],
)
def test_paths(reference: str, part: str, tmp_path: Path) -> None:
    """As specified, and as they are found."""
    made = read(tmp_path, project(source(path=reference)), {part: TEXT.encode()})
    assert made.sources[0].text == TEXT


@pytest.mark.parametrize(
    "reference",
    ["absolute:///etc/passwd", "internal://../../etc/passwd", "file:///etc/passwd", "x"],
)
def test_texts_that_are_not_there_are_listed(reference: str, tmp_path: Path) -> None:
    """Nothing outside the project is opened; what is lost with the text is counted."""
    made = read(tmp_path, project(source(selection(*SAID), path=reference)))
    assert made.sources[0].text == ""
    assert "outside the project" in made.sources[0].skipped
    assert not made.selections
    assert ["its 1 codings are lost" in d.what for d in made.doubts if d.kind == "left out"] == [
        True
    ]


def test_sources_of_other_kinds(tmp_path: Path) -> None:
    """The text of a PDF and the transcript of a film are sources; pictures and rich text are named
    as left out, and so are codings of sound.
    """
    pdf = (
        f'<PDFSource guid="{number(20)}" name="Paper" path="internal://p.pdf"><PDFSelection '
        f'guid="{number(21)}" page="1" firstX="0" firstY="0" secondX="1" secondY="1"><Coding '
        f'guid="{number(22)}"><CodeRef targetGUID="{BUS}"/></Coding></PDFSelection><Representation '
        f'guid="{number(23)}" plainTextPath="internal://{TALK}.txt">{selection(*SAID)}'
        f"</Representation></PDFSource>"
    )
    film = (
        f'<VideoSource guid="{number(30)}" name="Film"><Transcript guid="{number(31)}">'
        f"<PlainTextContent>P1: Too far.</PlainTextContent>"
        f'<SyncPoint guid="{number(32)}" timeStamp="0" position="4"/>'
        f'<SyncPoint guid="{number(33)}" timeStamp="900" position="12"/>'
        f'<TranscriptSelection guid="{number(34)}" fromSyncPoint="{number(32)}" '
        f'toSyncPoint="{number(33)}"><Coding guid="{number(35)}" creatingUser="{BEN}"><CodeRef '
        f'targetGUID="{BUS}"/></Coding></TranscriptSelection></Transcript></VideoSource>'
    )
    rich = f'<TextSource guid="{number(40)}" name="Memo" richTextPath="internal://m.docx"/>'
    picture = f'<PictureSource guid="{number(50)}" name="Map"/>'
    made = read(tmp_path, project(pdf + film + rich + picture))
    texts = {s.id: s.text for s in made.sources}
    assert [(s.name, bool(s.text)) for s in made.sources] == [
        ("Paper", True), ("Film", True), ("Memo", False), ("Map", False)
    ]  # fmt: skip
    said = [texts[s.source][s.start : s.end] for s in made.selections]
    assert said == ["The bus was late.", "Too far."]
    left = {d.where: d.what for d in made.doubts if d.kind == "left out"}
    assert "not of text" in left["Paper"]
    assert "formatted document only" in left["Memo"]
    assert "a picture" in left["Map"]


def test_codings_of_whole_sources_and_twins(tmp_path: Path) -> None:
    """A code on the source itself is marked as such; sources and users of one name are told apart."""
    whole = (
        f'<Coding guid="{number(8)}" creatingUser="{BEN}"><CodeRef targetGUID="{BUS}"/></Coding>'
    )
    twin = f'<TextSource guid="{number(9)}" name="talk"><PlainTextContent>P1: No.</PlainTextContent></TextSource>'
    users = USERS.replace('"Ben"', '"Anna"')
    made = read(tmp_path, project(source(whole) + twin, before=users + CODES))
    (s,) = made.selections
    assert s.whole
    assert (s.start, s.end) == (0, len(TEXT))
    assert [x.name for x in made.sources] == ["Talk", "talk (2)"]
    assert [c.name for c in made.coders] == ["Anna", "Anna (2)"]


def test_cases(tmp_path: Path) -> None:
    """Variables with their values; places in sources, by selection or whole. A source's own variables
    are a case too.
    """
    variables = (
        f'<Variables><Variable guid="{number(60)}" name="Age" typeOfVariable="Integer"/></Variables>'
        f'<Cases><Case guid="{number(61)}" name="P1"><VariableValue><VariableRef '
        f'targetGUID="{number(60)}"/><IntegerValue>42</IntegerValue></VariableValue>'
        f'<SourceRef targetGUID="{TALK.upper()}"/><SelectionRef targetGUID="{{{number(1)}}}"/>'
        f"</Case></Cases>"
    )
    own = (
        f'<VariableValue><VariableRef targetGUID="{number(60)}"/><IntegerValue>7</IntegerValue>'
        "</VariableValue>"
    )
    made = read(tmp_path, project(source(selection(*SAID) + own), cases=variables))
    assert [(c.name, dict(c.variables)) for c in made.cases] == [
        ("P1", {"Age": "42"}), ("Talk", {"Age": "7"})
    ]  # fmt: skip
    assert made.cases[0].places == ((TALK, 0, -1), (TALK, *SAID))


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    """Unknown codes and users, selections of nothing, without positions or past the end, codings of
    no code, sets: each is named or left out with its number.
    """
    many = "".join(
        [
            selection(*SAID, code=number(404), n=1),
            selection(*SAID, user=number(405), n=2),
            selection(3, 3, n=3),
            selection(5000, 5001, n=4),
            selection(0, 0, n=5).replace('startPosition="0"', ""),
        ]
    )
    sets = f'<Sets><Set guid="{number(90)}" name="S"/></Sets>'
    made = read(tmp_path, project(source(many), after=sets))
    assert [made.coders[-1].name, len(made.selections)] == ["user 99999999", 1]
    said = " ".join(f"{d.where}: {d.what}." for d in made.doubts)
    for words in ("code that the project does not hold", "no user of the project", "no characters",
                  "outside its text", "without a start", "1 sets"):  # fmt: skip
        assert words in said, said


@pytest.mark.parametrize("space", ["urn:QDA-XML:project:0:10", "", "x"])
def test_other_namespaces(space: str, tmp_path: Path) -> None:
    """Drafts of the format, and files that name none."""
    made = read(tmp_path, project(source(selection(*SAID)), space=space))
    assert len(made.selections) == 1


def test_codebook_alone(tmp_path: Path) -> None:
    """A .qdc has codes and nothing else."""
    file = tmp_path / "codes.qdc"
    file.write_text(CODES.replace("<CodeBook>", '<CodeBook xmlns="urn:QDA-XML:codebook:1.0">'))
    made = read_refi(file)
    assert [c.name for c in made.codes] == ["Barriers", "Physical opportunity"]
    assert not made.sources


def test_other_encodings(tmp_path: Path) -> None:
    """UTF-16 and Windows-1252 are no UTF-8, but known; what was assumed is said."""
    for encoding, words in (("utf-16", ""), ("cp1252", "not UTF-8")):
        text = TEXT.replace("late", "naïvely late")
        made = read(tmp_path, project(source()), {f"sources/{TALK}.txt": text.encode(encoding)})
        assert made.sources[0].text == text
        assert words in " ".join(d.what for d in made.doubts)


def test_files_that_are_none(tmp_path: Path) -> None:
    """Refused by name."""
    for name, data in (("a.qdpx", b"hello"), ("a.qdc", b"<html/>"), ("b.qdpx", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=name):
            read_refi(tmp_path / name)
    with pytest.raises(InputError, match="does not exist"):
        read_refi(tmp_path / "gone.qdpx")
    with pytest.raises(InputError, match=r"no project\.qde"):
        read_refi(_zip(tmp_path))


def _zip(tmp_path: Path) -> Path:
    import zipfile

    path = tmp_path / "c.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sources/a.txt", "hello")
    return path

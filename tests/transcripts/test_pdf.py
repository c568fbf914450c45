"""PDFs as they are drawn: what is read, in which order, and what is refused by page."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdfs import Put, column, write_pdf

from precode.domain import Kind, ReadTranscript
from precode.errors import InputError
from precode.settings import Limits, Transcripts
from precode.transcripts.pdf_letters import unfit
from precode.transcripts.read import read_transcript

SPEECH = "I took the bus because my sister was at work and the car stood in the garage all week"


def read(path: Path, **options: object) -> ReadTranscript:
    return read_transcript(path, settings=Transcripts(), **options)  # type: ignore[arg-type]


def said(found: ReadTranscript) -> list[tuple[str, str]]:
    return [(t.speaker, found.transcript.text[t.start : t.end]) for t in found.turns]


def test_lines_are_joined_to_turns_and_paragraphs(tmp_path: Path) -> None:
    """A line that the next word would not have fitted in goes on; a wide gap is a paragraph."""
    lines = [
        "INT: How did you get there?",
        f"P1: {SPEECH}",
        "and that takes an hour.",
        "",
        "It was raining too.",
        "INT: And then?",
        "P1: Home.",
    ]
    found = read(write_pdf(tmp_path / "a.pdf", [column(lines)]))
    assert said(found) == [
        ("INT", "How did you get there?"),
        ("P1", f"{SPEECH} and that takes an hour.\n\nIt was raining too."),
        ("INT", "And then?"),
        ("P1", "Home."),
    ]


def test_labels_in_a_column_of_their_own_and_bold_names(tmp_path: Path) -> None:
    page = []
    for i, (name, speech) in enumerate([("Sian", "How are you now?"), ("Dewi", "Not so bad.")] * 2):
        page += [Put(72, 740 - 30 * i, name, bold=True), Put(150, 740 - 30 * i, speech)]
    expected = [("Sian", "How are you now?"), ("Dewi", "Not so bad.")] * 2
    assert said(read(write_pdf(tmp_path / "a.pdf", [page]))) == expected
    page = [Put(p.x if p.x < 100 else 72, p.y - 14 * (p.x > 100), p.text, p.bold) for p in page]
    assert said(read(write_pdf(tmp_path / "b.pdf", [page]))) == expected


def test_columns_are_read_one_after_the_other_below_a_title(tmp_path: Path) -> None:
    left = [f"left {i} has words enough for a line" for i in range(12)]
    right = [f"right {i} has words enough for a line" for i in range(12)]
    page = [
        Put(72, 760, "The title of the page runs over both of the columns, and is one long line"),
        *column(left, top=730),
        *column(right, x=320, top=730),
    ]
    found = read(write_pdf(tmp_path / "a.pdf", [page]), kind=Kind.FIELD_NOTES)
    text = found.transcript.text
    order = [text.index(line) for line in ["The title", *left, *right]]
    assert order == sorted(order)
    assert any("in columns" in n for n in found.notes)


@pytest.mark.parametrize(
    ("elsewhere", "broken", "whole", "dropped"),
    [
        ("The transportation was late.", ("transpor-", "tation"), "transportation", True),
        ("My well-being matters.", ("well-", "being"), "well-being", False),
        ("Nothing of the kind.", ("sister-in-", "law"), "sister-in-law", False),
        ("Nothing of the kind.", ("the NHS-", "Trust"), "NHS-Trust", False),
    ],
)
def test_words_broken_over_lines_are_joined_by_evidence(
    tmp_path: Path, elsewhere: str, broken: tuple[str, str], whole: str, dropped: bool
) -> None:
    """By how the file writes the word elsewhere: a hyphen of its own stays."""
    lines = [
        f"P1: I said that it is about the same thing, and then it was the {broken[0]}",
        f"{broken[1]} that I meant, and nothing else, so I went.",
        "INT: Yes?",
        f"P1: {elsewhere}",
    ]
    found = read(write_pdf(tmp_path / "a.pdf", [column(lines)]))
    assert f"the {whole.removeprefix('the ')} that I meant" in found.transcript.text
    assert any("broken at the end of a line" in n for n in found.notes) is dropped


def test_running_heads_page_numbers_and_line_numbers_are_left_out_and_said(tmp_path: Path) -> None:
    pages = []
    for page in range(3):
        lines = [
            f"{who}: This is reply {i} of page {page}." for i in range(6) for who in ("I", "P1")
        ]
        body = column(lines, top=700)
        numbers = [Put(40, p.y, str(page * 12 + i + 1)) for i, p in enumerate(body)]
        head = Put(72, 765, "Project Heron - confidential")
        pages.append([head, *body, *numbers, Put(300, 30, f"Page {page + 1} of 3")])
    found = read(write_pdf(tmp_path / "a.pdf", pages))
    assert len(found.turns) == 36
    assert all(t[1].startswith("This is reply") for t in said(found))
    notes = " / ".join(found.notes)
    assert "running heads and feet left out: 'Project Heron - confidential'" in notes
    assert "page numbers left out on 3 pages" in notes
    assert "line numbers left out on 36 lines" in notes


def test_speech_that_recurs_at_the_page_s_edge_is_speech(tmp_path: Path) -> None:
    """A head stands apart from the text; "P1: Yeah." at the foot of every page does not."""
    body = [f"{who}: And so, number {i}?" for i in range(20) for who in ("I", "P1")]
    pages = [column([f"I: Page {n}, is that so?", *body, "P1: Yeah."], top=700) for n in range(3)]
    found = read(write_pdf(tmp_path / "a.pdf", pages))
    assert [t[1] for t in said(found)].count("Yeah.") == 3


def bad(page: str) -> list[Put]:
    words = f"INT: {SPEECH}. And then we went home together because it was late and cold."
    made = {
        "scattered": " ".join(words.replace(" ", "")),
        "doubled": "".join(c if c == " " else c * 2 for c in words),
    }[page]
    return column([made[:80], made[80:160]])


@pytest.mark.parametrize("kind", ["scattered", "doubled"])
def test_pages_whose_letters_are_not_words_are_refused_by_number(tmp_path: Path, kind: str) -> None:
    good = column(["INT: How was it?", f"P1: {SPEECH}."])
    path = write_pdf(tmp_path / "a.pdf", [good, bad(kind), good, bad(kind), bad(kind)])
    with pytest.raises(InputError, match=f"{kind} letters on pages 2, 4 to 5") as caught:
        read(path)
    assert "OCR" in caught.value.mend


def test_a_scanned_page_among_others_is_refused(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[], [Put(300, 30, "2")]], picture=True)
    with pytest.raises(InputError, match="no text layer: a picture of text on pages 1 to 2"):
        read(path)


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["T h i s i s w h a t I s a i d t o h e r o n t h e d a y"], "scattered letters"),
        (["TThhiiss iiss wwhhaatt wwaass ssaaiidd ttoo ootthheerr ppeeooppllee tthheenn"],
         "doubled letters"),
        (["\ue001\ue002\ue003 \ue004\ue005"], "letters that cannot be read"),
        (["I am a man I know, I do as I do", "A I? I I I.", SPEECH], ""),
        (["I N T E R V I E W  3", *[SPEECH] * 12], ""),
        (["这 很 难 我 不 知 道 这 很 难 我 不 知 道"], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_what_makes_a_page_unfit(lines: list[str], what: str) -> None:
    assert unfit(lines) == what


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"I: Hi.\nP1: Hello.", "despite its name"), (b"%PDF-1.7\n%%EOF", "damaged")],
)
def test_what_is_no_pdf_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path / "a.pdf")
    assert caught.value.mend


def test_limits_of_pages_and_characters(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [column(["INT: Yes?", f"P1: {SPEECH}."] * 20)] * 3)
    with pytest.raises(InputError, match="has 3 pages; above 2") as caught:
        read(path, limits=Limits(pages=2))
    assert "pages under [limits]" in caught.value.mend
    with pytest.raises(InputError, match="more than 2,000 characters"):
        read(path, limits=Limits(characters=2000))

"""A file becomes turns with roles, or is refused with what mends it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from precode.domain import Kind, ReadTranscript, Role
from precode.errors import InputError
from precode.settings import Transcripts
from precode.transcripts.read import read_many, read_transcript

DEFAULTS = Transcripts()


def read(
    folder: Path, text: str, name: str = "interview-1.txt", **options: object
) -> ReadTranscript:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_transcript(path, settings=DEFAULTS, **options)  # type: ignore[arg-type]


def said(read: ReadTranscript) -> list[tuple[str, str, str]]:
    text = read.transcript.text
    return [(t.speaker, t.role.value, text[t.start : t.end]) for t in read.turns]


def test_a_plain_interview(tmp_path: Path) -> None:
    """A title is nobody's; lines without a label go on with the turn, whatever lies between."""
    text = "# Interview 1\n# Home visit\n\nI: How was it?\n\nP1: Hard.\nVery hard.\n\nAnd long.\n"
    found = read(tmp_path, text)
    assert found.transcript.text == text
    assert found.transcript.kind is Kind.INTERVIEW
    assert found.transcript.name == "interview-1"
    assert said(found) == [
        ("", "other", "# Interview 1\n# Home visit"),
        ("I", "interviewer", "How was it?"),
        ("P1", "participant", "Hard.\nVery hard.\n\nAnd long."),
    ]
    coded = [s.text for s in found.sentences if s.codable]
    assert coded == ["Hard.", "Very hard.", "And long."]
    assert found.notes == ()


def test_times_before_labels_and_alone_on_lines(tmp_path: Path) -> None:
    text = "[00:00:41] I: Yes?\n00:01:00\nP1: One.\n[00:02:00]\nTwo.\nI: Hm?\n"
    turns = read(tmp_path, text).turns
    assert [(t.speaker, t.time) for t in turns] == [
        ("I", 41.0),
        ("P1", 60.0),
        ("P1", 120.0),
        ("I", None),
    ]


def test_comments_in_the_middle_are_nobodys(tmp_path: Path) -> None:
    found = read(tmp_path, "P1: One.\n# break\nTwo.\nI: Three?\n")
    assert said(found) == [
        ("P1", "participant", "One."),
        ("", "other", "# break"),
        ("P1", "participant", "Two."),
        ("I", "interviewer", "Three?"),
    ]


def test_a_label_without_speech_is_left_out_and_noted(tmp_path: Path) -> None:
    found = read(tmp_path, "I: One?\nP1:\nI: Two?\nP1: Yes.\nP1:\n")
    assert [t.speaker for t in found.turns] == ["I", "I", "P1"]
    assert any("2 labels without speech" in n for n in found.notes)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", "M: Hi.\nP1: One.\nP2: Two.\nP3: Three.\n", Kind.FOCUS_GROUP),
        ("FG1 public.txt", "M: Hi.\nP1: One.\nP2: Two.\n", Kind.FOCUS_GROUP),
        ("focus_group_2.txt", "M: Hi.\nP1: One.\n", Kind.FOCUS_GROUP),
        ("fgm.txt", "I: Hi.\nP1: One.\n", Kind.INTERVIEW),
        ("clinic field notes.txt", "We sat down.\n\nShe said: no.\n", Kind.FIELD_NOTES),
        ("Fieldnotes-3.md", "I: thought so.\n", Kind.FIELD_NOTES),
    ],
)
def test_the_kind_is_told_by_name_and_speakers(
    tmp_path: Path, name: str, text: str, kind: Kind
) -> None:
    assert read(tmp_path, text, name).transcript.kind is kind


def test_field_notes_are_paragraphs_that_can_be_coded(tmp_path: Path) -> None:
    text = "# Visit\n\n08.20 -- The lift was out\nof order.\n\nShe left."
    found = read(tmp_path, text, "x.txt", kind=Kind.FIELD_NOTES)
    assert said(found) == [
        ("", "other", "# Visit"),
        ("", "participant", "08.20 -- The lift was out\nof order."),
        ("", "participant", "She left."),
    ]
    assert [s.codable for s in found.sentences] == [False, True, True]


def test_prose_without_speakers_is_refused_with_both_ways_out(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "We went there. It was at 10:30.\nThen we left.")
    problem = caught.value.problems[0]
    assert problem.what == "no speaker labels found"
    assert '--kind "field notes"' in problem.mend
    assert '"P1: Fine."' in problem.mend


def test_roles_follow_the_settings(tmp_path: Path) -> None:
    text = "Sian Interviewer: One?\nDewi: Two.\nFG2-M: Three?\nNurse: Four.\n" * 3
    (tmp_path / "a.txt").write_text(text)
    settings = Transcripts(others=("nurse*",))
    found = read_transcript(tmp_path / "a.txt", settings=settings)
    roles = {t.speaker: t.role for t in found.turns}
    assert roles == {
        "Sian Interviewer": Role.INTERVIEWER,
        "Dewi": Role.PARTICIPANT,
        "FG2-M": Role.INTERVIEWER,
        "Nurse": Role.OTHER,
    }


def test_a_missing_interviewer_is_pointed_out_with_the_option(tmp_path: Path) -> None:
    found = read(tmp_path, "Sian Jones: How are you?\nDewi: Fine.\n" * 3)
    assert any('--interviewer "Sian Jones"' in n for n in found.notes)


def test_a_transcript_of_interviewers_only_is_pointed_out(tmp_path: Path) -> None:
    notes = read(tmp_path, "I: How are you?\nINT: Fine.\n").notes
    assert any("every speaker" in n for n in notes)
    assert "nothing in it can be coded" in notes


def test_a_turn_can_be_the_unit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("I: One? Two?\nP1: Three. Four.\n")
    found = read_transcript(tmp_path / "a.txt", settings=Transcripts(unit="turn"))
    assert [s.text for s in found.sentences] == ["One? Two?", "Three. Four."]


def test_markdown_and_nonbreaking_spaces(tmp_path: Path) -> None:
    found = read(tmp_path, "**Interviewer:** Ça va\u00a0?\n\n**P1\u00a0:** Oui.\n", "a.md")
    assert said(found) == [
        ("Interviewer", "interviewer", "Ça va\u00a0?"),
        ("P1", "participant", "Oui."),
    ]


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("a.doc", ".docx"),
        ("a.pages", ".docx"),
        ("a.ods", ".xlsx"),
        ("a.mp3", ".vtt"),
        ("a", ".txt"),
    ],
)
def test_unknown_types_are_refused_with_a_way_out(tmp_path: Path, name: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "I: Hi.\nP1: Hello.\n", name)
    assert mend in caught.value.mend


def test_all_problems_of_all_files_come_together(tmp_path: Path) -> None:
    """Empty, binary, unlabelled, same name, same content: five problems, one good transcript."""
    good = b"I: Hi?\nP1: Hello.\n"
    files = {
        "good.txt": good,
        "empty.txt": b"",
        "binary.txt": b"%PDF-1.4",
        "prose.txt": b"Just some words here.",
        "copy.txt": good.replace(b"\n", b"\r\n"),
        "sub/GOOD.txt": b"I: Other?\nP1: Text.\n",
    }
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    found, problems = read_many([tmp_path / n for n in files], settings=DEFAULTS)
    assert [t.transcript.name for t in found] == ["good"]
    assert [Path(p.where).name for p in problems] == [
        "empty.txt", "binary.txt", "prose.txt", "copy.txt", "GOOD.txt",
    ]  # fmt: skip
    assert "same content" in problems[3].what
    assert "same name" in problems[4].what
    assert all(p.mend for p in problems)


@runs(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=120))
def test_any_text_is_read_or_refused_never_a_crash(text: str) -> None:
    """And whatever is read keeps every letter outside labels in exactly one turn's sentences."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        path.write_bytes(b"I: Start?\nP1: Go.\n" + text.encode())
        try:
            found = read_transcript(path, settings=DEFAULTS)
        except InputError:
            return
    whole = found.transcript.text
    for before, after in zip(found.turns, found.turns[1:], strict=False):
        assert before.start < before.end <= after.start < after.end
    for sentence in found.sentences:
        assert whole[sentence.start : sentence.end] == sentence.text

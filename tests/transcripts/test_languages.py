"""Another language than the study's is noticed; talk, lists and dialect are no language."""

from __future__ import annotations

from pathlib import Path

import pytest

from precode.domain import Kind
from precode.settings import Transcripts
from precode.transcripts.languages import language_notes
from precode.transcripts.read import read_transcript

ENGLISH = (
    "Well, I took the bus because my sister was at work and the car was in the garage, and that "
    "takes about an hour, which is too long if you are not well, isn't it?"
)
FRENCH = (
    "Alors, j'ai pris le bus parce que ma sœur était au travail et la voiture était au garage, et ça "
    "prend une heure, ce qui est trop long quand on n'est pas bien, vous savez."
)
GERMAN = (
    "Also ich habe den Bus genommen, weil meine Schwester bei der Arbeit war und das Auto in der "
    "Werkstatt, und das dauert etwa eine Stunde, was zu lang ist, wenn man nicht gesund ist."
)
WELSH = (
    "Wel, mi wnes i gymryd y bws achos roedd fy chwaer yn y gwaith ac roedd y car yn y garej, ac mae "
    "hynny yn cymryd tua awr, sydd yn rhy hir os nad ydych chi yn teimlo yn dda."
)
RUSSIAN = "Я поехала на автобусе, потому что сестра была на работе, а машина была в гараже. " * 3
KOREAN = "저는 버스를 탔어요 언니가 일하고 있었고 차가 정비소에 있었기 때문이에요 " * 4
LIST = "Aspirin, ibuprofen, paracetamol, metformin, insulin, statins, ramipril, lisinopril, " * 4


@pytest.mark.parametrize(
    ("talk", "language", "name"),
    [
        (FRENCH, "en", "French"),
        (GERMAN, "en", "German"),
        (RUSSIAN, "en", "Russian"),
        (KOREAN, "en", "Hangul script"),
        (ENGLISH, "fr", "English"),
        (ENGLISH, "ru", "English"),
        (ENGLISH, "cy", "English"),
    ],
)
def test_a_transcript_in_another_language_is_named(talk: str, language: str, name: str) -> None:
    (note,) = language_notes([talk], language=language)
    assert note.startswith(f"seems to be in {name}, but the study's language is ")


@pytest.mark.parametrize(
    ("talk", "language"),
    [
        (ENGLISH, "en"), (FRENCH, "fr"), (GERMAN, "de"), (WELSH, "cy"), (RUSSIAN, "ru"),
        (KOREAN, "ko"), (LIST, "en"), ("Oui. Non. Bof.", "en"), ("", "en"), ("…", "en"),
    ],
)  # fmt: skip
def test_the_study_s_own_language_and_too_little_to_tell_are_no_news(
    talk: str, language: str
) -> None:
    assert list(language_notes([talk], language=language)) == []


def test_turns_through_an_interpreter_are_counted() -> None:
    """One borrowed phrase is nothing; whole answers in French are said."""
    turns = [ENGLISH] * 6 + [FRENCH] * 2
    assert list(language_notes(turns, language="en")) == [
        "2 turns seem to be in French; the study's language is English"
    ]
    assert list(language_notes([ENGLISH] * 6 + ["C'est la vie."], language="en")) == []


def test_the_note_stands_with_the_transcript(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FRENCH, encoding="utf-8")
    found = read_transcript(
        tmp_path / "a.txt", settings=Transcripts(), kind=Kind.FIELD_NOTES, language="en"
    )
    assert any("French" in note for note in found.notes)

"""Real transcripts and captions, read from beside the repository and never kept in it."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

import pytest

from precode.domain import Kind
from precode.errors import InputError
from precode.settings import Transcripts
from precode.transcripts.read import read_many, read_transcript


def test_real_interviews_have_their_speakers(shared: Path) -> None:
    """Six interviews, one in French: every label is one of the two sides, and none is prose."""
    paths = sorted((shared / "interviews-txt").glob("*.txt"))
    found, problems = read_many(paths, settings=Transcripts(), language="en")
    assert problems == []
    assert len(found) == 6
    for read in found:
        assert read.transcript.kind is Kind.INTERVIEW
        assert all(t.speaker.startswith("Interview") for t in read.turns)
        assert len(read.turns) > 80
        words = [len(s.text.split()) for s in read.sentences]
        assert max(words) <= 80
        for sentence in read.sentences:
            assert read.transcript.text[sentence.start : sentence.end] == sentence.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("captions_with_bom.vtt", "Caption text #4"),
        ("comments.vtt", "Det smakar som te."),
        ("cue_tags.vtt", "big-a pizza pie"),
        ("invalid.vtt", "Caption text #7"),
        ("metadata_headers.vtt", "Caption text #2"),
        ("missing_timeframe.vtt", "Caption text #2"),
        ("sample.srt", "Caption text #5"),
        ("sample.vtt", "Caption text #16"),
        ("styles.vtt", "Hello world."),
        ("youtube_dl.vtt", "this will happen is I'm telling"),
    ],
)
def test_real_captions_keep_their_words(shared: Path, name: str, words: str) -> None:
    path = shared / "captions" / name
    with pytest.raises(InputError, match="no speaker"):
        read_transcript(path, settings=Transcripts())
    found = read_transcript(path, settings=Transcripts(), kind=Kind.FIELD_NOTES)
    assert words in found.transcript.text
    assert "-->" not in found.transcript.text


def test_comments_of_a_real_word_file_are_counted_and_an_empty_file_is_refused(
    shared: Path,
) -> None:
    document = shared / "word-comments" / "bopp_test_examples.docx"
    found = read_transcript(document, settings=Transcripts(), kind=Kind.FIELD_NOTES)
    assert "18 comments left out" in found.notes
    with pytest.raises(InputError, match="empty") as caught:
        read_transcript(shared / "captions" / "empty.vtt", settings=Transcripts())
    assert caught.value.mend


def test_real_opendocument_transcripts_hold_all_their_words(shared: Path) -> None:
    """Seventeen interviews in which only the moderator has a label: every word of the file is in the
    text, by a reader that knows no more of the format than where its letters are.
    """
    paths = sorted((shared / "taguette" / "transcripts").glob("*.odt"))
    assert len(paths) == 17
    for path in paths:
        found = read_transcript(path, settings=Transcripts())
        with zipfile.ZipFile(path) as archive:
            body = archive.read("content.xml").decode().partition("<office:body>")[2]
        letters = html.unescape(re.sub(r"<[^>]+>", "", body))
        assert "".join(found.transcript.text.split()) == "".join(letters.split())
        assert {t.speaker for t in found.turns} <= {"", "MODERATOR"}


def test_another_language_is_noticed_in_a_real_transcript(shared: Path) -> None:
    """One of the six interviews is in French; the study says English."""
    notes = {
        path.stem: read_transcript(path, settings=Transcripts()).notes
        for path in (shared / "interviews-txt").glob("*.txt")
    }
    noticed = {name for name, said in notes.items() if any("seems to be in" in n for n in said)}
    assert noticed == {"Interview 2"}
    assert "seems to be in French, but the study's language is English" in notes["Interview 2"]

"""Any spaCy pipeline may cut speech into sentences instead of precode's own rules."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy

from precode.domain import Role, Turn
from precode.errors import InputError
from precode.settings import Transcripts
from precode.transcripts.read import read_transcript
from precode.transcripts.sentences import segment

SPEECH = "I went home… Then I slept. dr. smith came; it was late"


def cut(pipeline: str, speech: str = SPEECH) -> list[str]:
    turn = Turn(0, "P1", Role.PARTICIPANT, 0, len(speech))
    return [s.text for s in segment("t", speech, [turn], pipeline=pipeline)]


def saved(folder: Path, *, punctuation: str | None) -> str:
    nlp = spacy.blank("en")
    if punctuation:
        nlp.add_pipe("sentencizer", config={"punct_chars": [punctuation]})
    nlp.to_disk(folder / "pipeline")
    return str(folder / "pipeline")


def test_a_pipeline_s_own_sentences_are_taken(tmp_path: Path) -> None:
    assert cut(saved(tmp_path, punctuation=";")) == [
        "I went home… Then I slept. dr. smith came;",
        "it was late",
    ]


def test_a_pipeline_without_sentences_lends_its_tokeniser_to_the_rules(tmp_path: Path) -> None:
    assert cut(saved(tmp_path, punctuation=None)) == cut("speech")


def test_a_pipeline_that_is_not_installed_is_one_line_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("I: Hi?\nP1: Hello.\n")
    with pytest.raises(InputError) as caught:
        read_transcript(tmp_path / "a.txt", settings=Transcripts(pipeline="xx_no_such_sm"))
    assert "'xx_no_such_sm'" in caught.value.what
    assert "is not installed" in caught.value.what
    assert "\n" not in caught.value.what
    assert "spacy download xx_no_such_sm" in caught.value.mend


def test_a_folder_that_is_no_pipeline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.cfg").write_text("nonsense")
    with pytest.raises(InputError, match="pipeline"):
        cut(str(tmp_path))

"""Transcripts on their way into a study are on the disk, and come back as they were."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from running import run
from studies import state

from precode.domain import Kind, ReadTranscript, Role, Transcript, Turn
from precode.steps.staged import Staged
from precode.transcripts.sentences import segment


def transcript(name: str, text: str) -> ReadTranscript:
    made = Transcript.make(name, text, Kind.INTERVIEW)
    turns = (Turn(0, "P1", Role.PARTICIPANT, 0, len(text), 1.5),) if text else ()
    sentences = segment(made.id, text, turns)
    return ReadTranscript(made, turns, sentences, f"{name}.txt", "ab12", ("a note",))


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=6))
def test_what_goes_in_comes_out(texts: list[str]) -> None:
    """Whatever the text, in any order and more than once; slices too."""
    whole = [transcript(f"n{i}", text) for i, text in enumerate(texts)]
    with Staged(Path()) as staged:
        staged.extend(whole)
        assert list(staged) == whole
        assert list(reversed(staged)) == whole[::-1]
        assert staged[1:3] == whole[1:3]
        assert len(staged) == len(whole)


def test_adding_leaves_nothing_behind_but_the_study(empty_study: Path, tmp_path: Path) -> None:
    """Neither a refusal nor a success leaves a file of words beside the database."""
    files = {p.name for p in empty_study.rglob("*")}
    talk = "INT: How was it?\nP1: I could not get there in time.\n"
    (tmp_path / "a.txt").write_text(talk * 200_000)
    (tmp_path / "b.txt").write_text("no speaker here")
    run("add", "--study", empty_study, tmp_path / "a.txt", tmp_path / "b.txt").refused(3, "b.txt")
    assert not state(empty_study).tables["transcript"]
    assert {p.name for p in empty_study.rglob("*")} <= files | {
        ".lock",
        "study.db-shm",
        "study.db-wal",
    }

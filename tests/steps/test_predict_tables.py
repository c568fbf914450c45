"""Whose passage a table's row is taken to be, among those who speak before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from precode.model.passages import Passage
from precode.steps import predict_files

BEFORE = "Counsellor: Why not? / Mary: It rains. / Counsellor: Mm-hmm."


class Read(Exception):
    """What the model would have been asked, before it is asked."""


def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, **columns: str) -> Passage:
    table = tmp_path / "t.csv"
    table.write_text(rows, encoding="utf-8")

    def stop(model: str, bundle: object, todo: list[Passage], *_: Any) -> None:
        raise Read(*todo)

    monkeypatch.setattr(predict_files, "_predict", stop)
    with pytest.raises(Read) as caught:
        predict_files.predict_table(
            "comb-starter", table, text_column="said", context_column="before", **columns
        )
    (passage,) = caught.value.args
    assert isinstance(passage, Passage)
    return passage


@pytest.mark.parametrize(
    ("before", "window", "mine"),
    [
        # one answers whom an interviewer asks: the row is hers, also after her own words
        (f"{BEFORE} / Mary: Every day.", ("Every day.", "It rains.", "Why not?"), (1, 1, 0)),
        (BEFORE, ("It rains.", "Why not?"), (1, 0)),
        # two answer, or nobody asks: then somebody else spoke last
        (f"{BEFORE} / Ann: Here too.", ("Here too.", "Mm-hmm.", "It rains.", "Why not?"), (0, 1, 1, 1)),
        ("Mary: It rains. / Ann: Here too.", ("Here too.", "It rains."), (0, 1)),
        ("Counsellor: Why not?", ("Why not?",), (0,)),
    ],
)  # fmt: skip
def test_who_answers_an_interviewer_says_the_passage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    window: tuple[str, ...],
    mine: tuple[int, ...],
) -> None:
    found = asked(tmp_path, monkeypatch, f'said,before\nSo I stay in.,"{before}"\n')
    assert (found.window, found.mine) == (window, tuple(map(bool, mine)))


def test_a_column_may_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = f'said,before,who\nSo I stay in.,"{BEFORE} / Ann: Here too.", Ann \n'
    found = asked(tmp_path, monkeypatch, rows, speaker_column="who")
    assert found.window == ("Here too.", "It rains.", "Why not?")
    assert found.mine == (True, False, False)

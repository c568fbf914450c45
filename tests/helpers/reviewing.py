"""A whole-screen review on the terminal at hand, of two invented sentences; the study is in memory.

Run as ``reviewing.py fails``, the store breaks at the first decision.
"""

from __future__ import annotations

import sys

from table import Study

from precode.codebook import parse_codebook
from precode.domain import Event, Sentence
from precode.review.app import run
from precode.review.values import Item, Setup

BOOK = """
name = "Weather"
version = "1"
[[code]]
id = "hot"
label = "Heat"
definition = "It is hot."
"""


def _item(number: int) -> Item:
    text, start = f"Sentence number {number}.", number * 100
    end = start + len(text)
    identity = Sentence.make_id("0123456789abcdef", start, end)
    sentence = Sentence(identity, "0123456789abcdef", 0, start, end, text)
    return Item(sentence, "P1", (), (), "random")


def _break(_event: Event) -> None:
    raise OSError("the disk is full")


if __name__ == "__main__":
    study = Study(before=_break) if sys.argv[1] == "fails" else Study()
    setup = Setup("ANNA", parse_codebook(BOOK), "never")
    summary = run(setup, [_item(1), _item(2)], past=(), seen=frozenset(), source=study)
    print("ENDED", summary.ended, summary.decided)

"""What coders type, as commands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.domain import Polarity
from precode.review.commands import (
    Act,
    Command,
    Direction,
    Extend,
    Give,
    GoBack,
    Look,
    Memo,
    Open,
    Search,
    Toggle,
    Unknown,
)
from precode.review.keys import read_keys

B, F, X, O = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.UNCLEAR  # noqa: E741


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("1", (Toggle(1),)),
        ("1b", (Give(1, B),)),
        (" 1 b 4f ", (Give(1, B), Give(4, F))),
        ("14x", (Toggle(1), Give(4, X))),
        ("1B", (Give(1, B),)),
        ("o", (Direction(O),)),
        ("b 2", (Direction(B), Toggle(2))),
        ("", (Act.COMMIT,)),
        ("  ", (Act.COMMIT,)),
        ("n", (Act.NOTHING,)),
        ("N", (Act.NOTHING,)),
        ("s", (Act.SKIP,)),
        ("u", (Act.UNDO,)),
        ("U", (Act.REDO,)),
        ("?", (Act.FLAG,)),
        ("h", (Act.HELP,)),
        ("q", (Act.QUIT,)),
        ("c", (Look(None),)),
        ("c 3", (Look(3),)),
        ("c12", (Look(12),)),
        ("m", (Memo(""),)),
        ("m Not sure, see p. 4", (Memo("Not sure, see p. 4"),)),
        ("m-", (Act.ERASE,)),
        ("m -", (Act.ERASE,)),
        ("m - not sure", (Memo("- not sure"),)),
        ("e", (Act.EVIDENCE,)),
        ("t", (Act.WHOLE,)),
        ("p", (Act.PROGRESS,)),
        ("[", (Extend(early=True),)),
        ("]]", (Extend(early=False), Extend(early=False))),
        ("[ }", (Extend(early=True), Extend(early=False, back=True))),
        ("{", (Extend(early=True, back=True),)),
        ("g", (GoBack(None),)),
        ("g 3", (GoBack(3),)),
        ("G12", (GoBack(12),)),
        ("/", (Search(""),)),
        ("/Shift work 2", (Search("Shift work 2"),)),
        ("/ u", (Search("u"),)),
        ("= 3", (Open(3),)),
        ("=12", (Open(12),)),
        ("=", (Search(""),)),
        ("M\tünder 🌧", (Memo("ünder 🌧"),)),
    ],
)
def test_each_key_is_its_command(line: str, commands: tuple[Command, ...]) -> None:
    """Case and spaces do not matter, but for u and U."""
    assert read_keys(line, codes=6) == commands


@pytest.mark.parametrize(
    "line",
    ["no", "bus", "box", "fob", "1bf", "nn", "sq", "1n", "1?", "!", "z", "1b,2f", "11 q", "-1",
     "²", "\u0661", "mm", "memo", "c x", "g x", "= x", "=1b", "1]", "[1b]", "tt", "m--", "9" * 500, "c" + "9" * 9,
      "\x1b[A"],
)  # fmt: skip
def test_anything_else_is_refused_whole(line: str) -> None:
    """A word typed by mistake is not carried out letter by letter."""
    assert read_keys(line, codes=6) == (Unknown(line),)


def test_more_codes_than_digits_are_typed_as_numbers() -> None:
    """12 is one code of twelve, but two of nine."""
    assert read_keys("12b 3", codes=12) == (Give(12, B), Toggle(3))
    assert read_keys("1 2", codes=12) == (Toggle(1), Toggle(2))
    assert read_keys("12b", codes=9) == (Toggle(1), Give(2, B))


@given(st.text(), st.integers(1, 40))
def test_any_line_is_read(line: str, codes: int) -> None:
    """Whatever is pasted gives at least one command and never an error."""
    assert read_keys(line, codes=codes)


def test_a_line_of_digits_is_read_at_once() -> None:
    """No line takes longer than it is long (a nested pattern would take years over this one)."""
    since = time.perf_counter()
    read_keys("1 " * 90 + "?", codes=6)
    assert time.perf_counter() - since < 0.5

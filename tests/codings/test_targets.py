"""Human codes as arrays: shares of the readers, polarity of those who gave the code."""

from __future__ import annotations

import numpy as np
import pytest

from precode.codebook import Codebook, parse_codebook
from precode.codings.targets import targets
from precode.domain import Coding, HumanCodes, Polarity, Sentence

B, F = Polarity.BARRIER, Polarity.FACILITATOR
NAN = np.nan

SENTENCES = tuple(Sentence(f"s{i}", "t", 0, i * 10, i * 10 + 9, "words") for i in range(4))


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    code = '[[code]]\nid = "{}"\nlabel = "{}"\ndefinition = "x"\n'
    return parse_codebook(
        'name = "Mini"\nversion = "1"\n'
        + code.format("time", "Time")
        + code.format("money", "Money")
    )


def given(sentence: str, coder: str, code: str, polarity: Polarity) -> Coding:
    return Coding(sentence, coder, code, polarity, False, "import", "h")


# s0: two readers, A says time (barrier), B time (facilitator) and money (unclear).
# s1: A read it, nothing applies. s2: only B, who had seen the suggestion: money, both ways.
# s3: nobody.
CODES = HumanCodes(
    codings=(
        given("s0", "A", "time", B),
        given("s0", "B", "time", F),
        given("s0", "B", "money", Polarity.UNCLEAR),
        given("s2", "B", "money", Polarity.BOTH),
        given("s2", "B", "old_code", B),
    ),
    read=frozenset({("s0", "A"), ("s0", "B"), ("s1", "A"), ("s2", "B")}),
    assisted=frozenset({("s2", "B")}),
)


def test_shares_of_readers_and_of_those_who_gave_the_code(codebook: Codebook) -> None:
    t = targets(CODES, SENTENCES, codebook)
    assert t.sentence_ids == ("s0", "s1", "s2")
    np.testing.assert_array_equal(t.y, [[1, 0.5], [0, 0], [0, 1]])
    np.testing.assert_array_equal(t.known, [True, True, True])
    np.testing.assert_array_equal(t.readers, [2, 1, 1])
    np.testing.assert_array_equal(t.assisted, [False, False, True])
    np.testing.assert_array_equal(
        t.polarity,
        [[[0.5, 0.5], [NAN, NAN]], [[NAN, NAN], [NAN, NAN]], [[NAN, NAN], [1, 1]]],
    )
    assert t.foreign == ("old_code",)


def test_assisted_readings_can_be_left_out(codebook: Codebook) -> None:
    """Nobody else read s2: its row stays, and is not known."""
    t = targets(CODES, SENTENCES, codebook, include_assisted=False)
    np.testing.assert_array_equal(t.known, [True, True, False])
    np.testing.assert_array_equal(t.y, [[1, 0.5], [0, 0], [NAN, NAN]])
    assert not t.assisted.any()
    assert t.foreign == ()


def test_one_coder_alone(codebook: Codebook) -> None:
    t = targets(CODES, SENTENCES, codebook, coders=["A"])
    np.testing.assert_array_equal(t.readers, [1, 1, 0])
    np.testing.assert_array_equal(t.y, [[1, 0], [0, 0], [NAN, NAN]])
    np.testing.assert_array_equal(t.polarity[0, 0], [1, 0])


def test_rows_follow_the_order_of_sentences(codebook: Codebook) -> None:
    t = targets(CODES, SENTENCES[::-1], codebook)
    assert t.sentence_ids == ("s2", "s1", "s0")
    np.testing.assert_array_equal(t.y[2], [1, 0.5])


def test_without_any_reading_the_arrays_are_empty(codebook: Codebook) -> None:
    t = targets(HumanCodes((), frozenset()), SENTENCES, codebook)
    assert t.y.shape == (0, 2)
    assert t.polarity.shape == (0, 2, 2)
    assert t.known.shape == (0,)

"""Drawing the audit sample."""

from __future__ import annotations

from collections import Counter
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.audit.drawing import draw

FRAMES = st.lists(st.integers(0, 30), min_size=1, max_size=12)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def frame_of(sizes: list[int]) -> dict[str, list[str]]:
    return {f"t{h}": [f"t{h}:{i}" for i in range(n)] for h, n in enumerate(sizes)}


@given(FRAMES, st.floats(0, 1), st.integers(0, 999))
def test_the_sample_has_its_size_and_each_transcript_its_share(
    sizes: list[int], share: float, seed: int
) -> None:
    """Every sentence of the frame once; positions 0, 1, 2 …; shares rounded up or down."""
    frame, total = frame_of(sizes), sum(sizes)
    size = int(share * total)
    out = draw(frame, size, rng(seed))
    assert sorted(d.sentence_id for d in out) == sorted(i for ids in frame.values() for i in ids)
    assert [d.position for d in out if d.position is not None] == list(range(size))
    assert all(d.sentence_id in frame[d.stratum] for d in out)
    drawn = Counter(d.stratum for d in out if d.position is not None)
    for h, n in enumerate(sizes):
        exact = size * n / total if total else 0
        assert floor(exact + 1e-9) <= drawn[f"t{h}"] <= ceil(exact - 1e-9)
    assert out == draw(frame, size, rng(seed))


def test_every_sentence_has_the_same_chance() -> None:
    """Also those of a transcript of two sentences, which is sure of none: 7 of 100 each."""
    frame = frame_of([2, 50, 48])
    drawn = Counter(
        d.sentence_id
        for seed in range(3000)
        for d in draw(frame, 7, rng(seed))
        if d.position is not None
    )
    shares = np.array([drawn[i] / 3000 for ids in frame.values() for i in ids])
    # Standard error of each sqrt(.07 · .93 / 3000) = .0047; four and a half of them, for 100 looks.
    assert shares == pytest.approx(np.full(100, 0.07), abs=0.021)
    assert shares[:2].mean() == pytest.approx(0.07, abs=0.012)


@given(st.lists(st.integers(5, 30), min_size=2, max_size=8), st.integers(0, 999))
def test_every_beginning_is_spread_over_the_transcripts(sizes: list[int], seed: int) -> None:
    """After m of n answers each transcript has about m / n of its own, to within two."""
    out = [d for d in draw(frame_of(sizes), sum(sizes) // 2, rng(seed)) if d.position is not None]
    whole = Counter(d.stratum for d in out)
    for m in range(len(out) + 1):
        sofar = Counter(d.stratum for d in out[:m])
        for stratum, n in whole.items():
            assert abs(sofar[stratum] - n * m / len(out)) <= 2


def test_the_order_within_a_transcript_is_random() -> None:
    """The first asked of one transcript is any of its sentences."""
    firsts = Counter(draw({"a": list("xyz")}, 3, rng(s))[0].sentence_id for s in range(900))
    assert all(abs(firsts[i] / 900 - 1 / 3) < 0.07 for i in "xyz")


@pytest.mark.parametrize("size", [-1, 4])
def test_a_size_that_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        draw({"a": ["1", "2", "3"]}, size, rng())


def test_a_sentence_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        draw({"a": ["1"], "b": ["1"]}, 1, rng())

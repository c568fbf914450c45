"""What is kept of the training talk tells familiar sentences from strange ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from precode.model.drift import NOMINAL, Familiar, fit_familiar, packed, unpacked

WIDTH = 200
Floats = npt.NDArray[np.float64]


def talk(
    rng: np.random.Generator, transcripts: int, *, axes: slice = slice(0, 20), each: int = 40
) -> tuple[Floats, npt.NDArray[np.str_]]:
    """Sentences that vary along some of 200 axes, with a little noise along all."""
    x = rng.normal(scale=0.2, size=(transcripts * each, WIDTH))
    x[:, axes] += rng.normal(size=x[:, axes].shape)
    return x, np.repeat([f"t{i}" for i in range(transcripts)], each)


def fitted(rng: np.random.Generator, transcripts: int = 20) -> Familiar:
    x, groups = talk(rng, transcripts)
    fold = np.array([int(g[1:]) % 5 for g in groups])
    words = [("tea", f"name{i}") for i in range(len(groups))]
    found = fit_familiar(x, words, groups, fold)
    assert found is not None
    return found


def test_of_familiar_sentences_few_pass_the_bar() -> None:
    """About as many as promised, and no transcript of the kind is called unlike."""
    rng = np.random.default_rng(1)
    familiar = fitted(rng)
    x, groups = talk(rng, 40)
    strangeness = familiar.strangeness(x)
    assert abs((strangeness > familiar.bar).mean() - NOMINAL) < 0.03
    warned = [familiar.unlike(strangeness[groups == g]) for g in np.unique(groups)]
    assert np.mean(warned) <= 0.05


def test_other_talk_is_strange() -> None:
    rng = np.random.default_rng(2)
    familiar = fitted(rng)
    strangeness = familiar.strangeness(talk(rng, 1, axes=slice(30, 50))[0])
    assert (strangeness > familiar.bar).mean() > 0.9
    assert familiar.unlike(strangeness)


def test_no_sentence_is_no_warning() -> None:
    assert not fitted(np.random.default_rng(3)).unlike(np.zeros(0))


def test_new_words_are_counted_against_what_is_usual() -> None:
    """Half of the words of all training transcripts were unknown when held out: that is usual."""
    familiar = fitted(np.random.default_rng(4))
    assert familiar.words == (0.5, 0.0)
    assert not familiar.new_words(54, 100)
    assert familiar.new_words(60, 100)
    assert not familiar.new_words(9, 10)  # too few words to tell


@pytest.mark.parametrize(("transcripts", "each"), [(3, 40), (4, 9)])
def test_too_little_talk_keeps_no_record(transcripts: int, each: int) -> None:
    x, groups = talk(np.random.default_rng(5), transcripts, each=each)
    fold = np.array([int(g[1:]) for g in groups])
    words: list[tuple[str, ...]] = [() for _ in groups]
    assert fit_familiar(x, words, groups, fold) is None


def test_sentences_that_are_all_alike_break_nothing() -> None:
    groups = np.repeat(["a", "b", "c", "d"], 20)
    fold = np.repeat([0, 1, 2, 3], 20)
    x = np.ones((80, WIDTH))
    words: list[tuple[str, ...]] = [() for _ in groups]
    found = fit_familiar(x, words, groups, fold)
    assert found is not None
    assert np.isfinite(found.strangeness(x)).all()
    assert not found.unlike(found.strangeness(x))


def test_packing_keeps_every_number() -> None:
    """What is stored is what is used: the same strangeness to the last digit."""
    rng = np.random.default_rng(6)
    familiar = fitted(rng)
    again = unpacked(packed(familiar))
    x, _ = talk(rng, 2)
    assert (again.strangeness(x) == familiar.strangeness(x)).all()
    assert (again.bar, again.level, again.words) == (familiar.bar, familiar.level, familiar.words)


def test_what_is_no_record_is_refused() -> None:
    """Rubbish, a number that is none, a negative variance: ValueError, never a wrong warning."""
    good = fitted(np.random.default_rng(7))
    for bad in (
        replace(good, bar=float("nan")),
        replace(good, variance=-good.variance),
        replace(good, axes=good.axes[:, :-1]),
        replace(good, spread=1.5),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            unpacked(packed(bad))
    with pytest.raises(ValueError, match="no record"):
        unpacked(b"rubbish")

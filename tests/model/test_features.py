"""What is measured of a sentence, and what is learned from the training sentences alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from coded_talk import WIDTH, embed
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from precode.model import features
from precode.model.features import (
    BLOCKS,
    PRIOR,
    READING,
    SHAPE,
    Prior,
    Products,
    Raw,
    Spec,
    fit_scaling,
    measure,
    tokens,
    vocabulary,
    weigh,
)
from precode.model.passages import Passage
from precode.model.preset import PRESET

TEXTS = [
    "We don’t have time.",
    "No time, no money?",
    "",
    "… !!! —",
    "Time is money, we know.",
    "Die Zeit fehlt; 時間がない 🙂",
]


def raw_of(texts: list[str], terms: tuple[str, ...] | None = None) -> Raw:
    talk = [Passage(str(i), t) for i, t in enumerate(texts)]
    return measure(talk, vocabulary(texts) if terms is None else terms, embed)


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.intp)


# -- words -----------------------------------------------------------------------------------------


def test_words_pairs_and_marks_are_tokens() -> None:
    """Small letters; an apostrophe of either kind stays inside its word; full stops do not count."""
    assert tokens("I DON’T know. Why?") == [
        "i", "don't", "know", "why", "?",
        "i don't", "don't know", "know why", "why ?",
    ]  # fmt: skip
    assert tokens("don't") == tokens("don’t") == ["don't"]
    assert tokens("") == tokens(" … — ,") == []


def test_the_vocabulary_holds_what_two_sentences_have() -> None:
    """Twice in one sentence is one sentence; a name that one person says stays out."""
    texts = ["time time Ariadne", "more time", "more money"]
    assert vocabulary(texts) == ("more", "time")
    assert vocabulary(texts, min_df=3) == ()
    assert "time time" in vocabulary(texts, min_df=1)


@pytest.mark.parametrize("texts", [[], [""], ["", "…", "—"], ["one", "two"]])
def test_there_may_be_no_vocabulary(texts: list[str]) -> None:
    assert vocabulary(texts) == ()


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_text_gives_a_sorted_vocabulary_of_its_own_tokens(texts: list[str]) -> None:
    found = vocabulary(texts)
    assert list(found) == sorted(set(found))
    assert all(sum(term in tokens(t) for t in texts) >= 2 for term in found)


# -- raw features ----------------------------------------------------------------------------------


def test_every_text_has_a_row_in_every_block() -> None:
    """Empty texts, marks without words and other scripts too."""
    raw = raw_of(TEXTS)
    terms = vocabulary(TEXTS)
    assert len(raw) == len(TEXTS)
    assert {b: v.shape for b, v in raw.blocks.items()} == dict.fromkeys(BLOCKS, (len(TEXTS), WIDTH))
    assert raw.tf.shape == (len(TEXTS), len(terms))
    assert raw.shape.shape == (len(TEXTS), 3)
    assert np.isfinite(raw.shape).all()
    assert "time" in terms
    assert raw.tf[2:4].nnz == 0


def test_term_frequencies_grow_slowly() -> None:
    """1 + log of the count, as scikit-learn's sublinear_tf."""
    raw = raw_of(["time time time time", "time"], ("time",))
    assert raw.tf.toarray()[:, 0] == pytest.approx([1 + np.log(4), 1])


def test_own_embeddings_come_layer_by_layer() -> None:
    raw = raw_of(["a", "b"])
    both = embed(["a", "b"])
    assert np.array_equal(raw.blocks["early"], both[:, :WIDTH])
    assert np.array_equal(raw.blocks["late"], both[:, WIDTH:])


def test_context_is_a_mean_in_which_the_nearest_counts_most() -> None:
    """Each further sentence of the window is 0.8 of the one before it."""
    a, b = embed(["a", "b"])[:, :WIDTH]
    raw = measure([Passage("0", "x", ("a", "b"))], (), embed)
    assert raw.blocks["window"][0] == pytest.approx((a + PRESET.decay * b) / (1 + PRESET.decay))


def test_each_text_is_embedded_once() -> None:
    """However often it is said, and whether as sentence or as context."""
    asked: list[str] = []

    def spy(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return embed(texts)

    talk = [Passage("0", "a", ("b", "a")), Passage("1", "b"), Passage("2", "a", ("a",))]
    measure(talk, (), spy)  # type: ignore[arg-type]
    assert sorted(asked) == ["a", "b"]


# -- scaling ---------------------------------------------------------------------------------------


def test_idf_is_scikit_learns() -> None:
    """And the rows are its TF-IDF rows, of length 1."""
    texts = ["time money time", "time is short", "money is money", "is it"]
    terms = vocabulary(texts)
    scaling = fit_scaling(raw_of(texts), rows(0, 1, 2, 3), Spec(lexical=1.0))
    theirs = TfidfVectorizer(analyzer=tokens, vocabulary=list(terms), sublinear_tf=True)
    expected = theirs.fit_transform(texts)
    assert scaling.idf == pytest.approx(theirs.idf_)
    assert scaling.apply(raw_of(texts)).sparse.toarray() == pytest.approx(expected.toarray())


def test_scaling_never_looks_at_other_rows() -> None:
    """Other words and other embeddings in the rows held out: the same means and frequencies."""
    held_in = ["no time", "no money", "time is money"]
    first, second = [*held_in, "time time", "x"], [*held_in, "money", "money"]
    terms = vocabulary([*first, *second])
    a, b = (fit_scaling(raw_of(t, terms), rows(0, 1, 2), Spec()) for t in (first, second))
    assert np.array_equal(a.idf, b.idf)
    assert all(np.array_equal(a.means[name], b.means[name]) for name in BLOCKS)
    other = fit_scaling(raw_of(first, terms), rows(0, 1, 2, 3), Spec())
    assert not np.array_equal(a.idf, other.idf)
    assert not np.array_equal(a.means["early"], other.means["early"])


def test_words_of_one_training_sentence_do_not_count() -> None:
    """They would be in the vocabulary, but only held-out sentences share them."""
    texts = ["time", "time Ariadne", "Ariadne", "Ariadne"]
    raw = raw_of(texts, ("ariadne", "time"))
    scaling = fit_scaling(raw, rows(0, 1), Spec())
    assert scaling.idf[0] == 0 < scaling.idf[1]
    assert not scaling.apply(raw).sparse[2].toarray().any()


def test_no_context_stays_zero() -> None:
    """The mean of the others' context is not subtracted from nothing."""
    talk = [Passage("0", "a", ("q",)), Passage("1", "b", ("r",)), Passage("2", "c")]
    raw = measure(talk, (), embed)
    scaling = fit_scaling(raw, rows(0, 1, 2), Spec())
    assert scaling.means["window"] == pytest.approx(embed(["q", "r"])[:, :WIDTH].mean(0))
    unit = scaling.unit(raw)
    assert not unit.blocks["window"][2].any()
    assert unit.blocks["window"][:2].any()


def test_no_context_anywhere_is_no_trouble() -> None:
    raw = raw_of(["a", "b", "c"])
    x = fit_scaling(raw, rows(0, 1, 2), Spec()).apply(raw)
    assert np.isfinite(x.dense).all()
    assert not x.dense[:, 2 * WIDTH : 3 * WIDTH].any()


def test_blocks_have_the_length_of_their_weight() -> None:
    raw = raw_of(["no time", "no money", "time is money"])
    spec = Spec(lexical=1.2, context=0.5)
    x = fit_scaling(raw, rows(0, 1, 2), spec).apply(raw)
    blocks = [x.dense[:, :WIDTH], x.dense[:, WIDTH : 2 * WIDTH], x.sparse.toarray()]
    lengths = [np.linalg.norm(b, axis=1) for b in blocks]
    assert lengths == [pytest.approx(1.0), pytest.approx(0.7), pytest.approx(1.2)]


def test_a_block_without_weight_is_left_out() -> None:
    raw = raw_of(["no time", "no money"])
    scaling = fit_scaling(raw, rows(0, 1), Spec())
    with_, without = (weigh(scaling.unit(raw), Spec(context=c)) for c in (0.7, 0.0))
    assert with_.dense.shape[1] - without.dense.shape[1] == WIDTH


@pytest.mark.parametrize("texts", [["", ""], ["…", "!"], ["one", "two"], ["x"]])
def test_texts_without_common_words_have_no_words(texts: list[str]) -> None:
    """No vocabulary at all: the other features are there, and finite."""
    raw = raw_of(texts, ())
    x = fit_scaling(raw, np.arange(len(texts)), Spec()).apply(raw)
    assert x.sparse.shape == (len(texts), 0)
    assert np.isfinite(x.dense).all()


# -- what a shipped model adds ---------------------------------------------------------------------


def test_a_shipped_models_reading_and_word_stand_last() -> None:
    """Its reading about the training sentences' mean, of length 1 and as heavy as the preset says; a
    sentence that it did not hear stays 0; with a prior of 0 neither is there.
    """
    rng = np.random.default_rng(3)
    reading, codes = rng.normal(size=(len(TEXTS), 5)), rng.normal(size=(len(TEXTS), 2))
    reading[2] = 0
    prior = Prior(codes, np.zeros((len(TEXTS), 3, 2)), np.zeros(2), reading)
    raw = replace(raw_of(TEXTS), prior=prior)
    learn = rows(0, 1, 2, 3)
    dense = fit_scaling(raw, learn, Spec()).apply(raw).dense
    alone = fit_scaling(raw_of(TEXTS), learn, Spec()).apply(raw_of(TEXTS)).dense
    assert dense[:, : alone.shape[1]] == pytest.approx(alone)
    centred = reading - reading[[0, 1, 3]].mean(0)
    centred[2] = 0
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    wanted = PRESET.reading * centred / np.where(length > 0, length, 1)
    assert dense[:, alone.shape[1] : -2] == pytest.approx(wanted, abs=1e-6)
    assert dense[:, -2:] == pytest.approx(PRIOR * codes, abs=1e-6)
    assert fit_scaling(raw, learn, Spec()).means[READING].shape == (5,)
    none = Spec(prior=0.0)
    assert fit_scaling(raw, learn, none).apply(raw).dense == pytest.approx(alone)
    assert alone.shape[1] == 3 * WIDTH + SHAPE


# -- inner products --------------------------------------------------------------------------------


@pytest.mark.parametrize("started", [False, True])
def test_inner_products_by_any_setting_are_those_of_the_weighed_rows(
    started: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each part they are taken once, and what was given out stays as it is."""
    rng = np.random.default_rng(3)
    raw = replace(raw_of(TEXTS), shape=rng.normal(size=(len(TEXTS), SHAPE)).astype(np.float32))
    raw.blocks["window"][:] = rng.normal(size=raw.blocks["window"].shape)
    if started:
        said = rng.normal(size=(len(TEXTS), 2))
        reading = rng.normal(size=(len(TEXTS), 5))
        raw = replace(raw, prior=Prior(said, np.zeros((len(TEXTS), 3, 2)), np.zeros(2), reading))
    unit = fit_scaling(raw, rows(0, 1, 2, 3), Spec()).unit(raw)
    assert unit.tf.nnz
    taken: list[object] = []
    plainly = features.inner_products
    monkeypatch.setattr(features, "inner_products", lambda x: (taken.append(x), plainly(x))[1])
    products = Products(unit)
    specs = [Spec(), Spec(lexical=1.2, context=0.5, c=9), Spec(lexical=1.2, context=0.5, prior=0.5)]
    specs += [Spec(context=0), Spec(lexical=0), Spec(prior=0), Spec()]
    found = [products.of(spec) for spec in specs]
    for spec, product in zip(specs, found, strict=True):
        assert product == pytest.approx(weigh(unit, spec).gram, abs=1e-5)
    assert len(taken) == (4 if started else 3)
    assert found[1] is found[2]  # neither penalty nor trust has a say in them
    assert (np.abs(found[0] - found[5]).max() > 0.1) == started

"""Why a code was given: what adds up must add up, and what is named must have moved the score."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from coded_talk import WIDTH, book, passages
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.model.bundle import Bundle
from precode.model.evidence import Explainer, Explanation, Word
from precode.model.evidence_line import FUNCTION_WORDS, one_line, phrases
from precode.model.features import LAYERS, Embed, Spec, fit_scaling, measure, tokens, vocabulary
from precode.model.finetune.plan import Reading
from precode.model.finetune.tuned import Heads, Shares, Tuned
from precode.model.heads import Choice, fit_codes
from precode.model.leaving_out import MOST_ALONE, leave_out, windows, words_of
from precode.model.nearest import Coded, Neighbour, coded_of, nearest, same_words
from precode.model.passages import Passage
from precode.model.train import fit_bundle
from precode.model.training import Training, counterparts

Floats = npt.NDArray[np.floating]
DEAF = "um"  # a word that the encoder below does not hear
CODES = ("c0", "c1", "c2")


def hear(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """An encoder that adds up one direction a word, and does not hear DEAF."""
    out = np.zeros((len(texts), len(LAYERS) * WIDTH), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in tokens(text):
            if " " not in word and word != DEAF:
                seed = int.from_bytes(word.encode()) % (2**63)
                out[row] += np.random.default_rng(seed).standard_normal(out.shape[1])
    return out


MODELS: dict[str, tuple[Spec, Choice]] = {
    "default": (Spec(), "many"),
    "no context": (Spec(context=0.0), "many"),
    "no words": (Spec(lexical=0.0), "many"),
    "one of k": (Spec(), "one"),
}


@cache
def model(name: str) -> tuple[Bundle, list[Passage], Floats]:
    """ "about0" alone tells c0, "about1" c1, and of c2 nothing tells: it is not modelled."""
    spec, choice = MODELS[name]
    rng = np.random.default_rng(4)
    y = (rng.random((150, 3)) < 0.3).astype(float)
    if choice == "one":
        y = (np.arange(3) == rng.integers(0, 3, 150)[:, None]).astype(float)
    talk = passages(rng, y, telling=1.0)
    terms = vocabulary([p.text for p in talk])
    raw = measure(talk, terms, hear)
    none = np.full((*y.shape, 2), np.nan)
    data = Training(raw, y, none, np.array(["t"] * 150), np.ones(150, dtype=bool), choice)
    made = fit_bundle(
        data, None, codebook=book(3, choice), terms=terms, encoder_model="made up",
        encoder_key="made up", modelled=np.array([True, True, choice == "one"]), about={},
    )  # fmt: skip
    scaling = fit_scaling(raw, np.arange(150), spec)
    codes = fit_codes(scaling.apply(raw), y, choice=choice, c=spec.c)
    return replace(made, scaling=scaling, codes=codes), talk, y


def default() -> Bundle:
    return model("default")[0]


@cache
def coded() -> Coded:
    """What the default model was trained on."""
    bundle, talk, y = model("default")
    return coded_of(bundle.scaling, talk, y, ["ANNA"] * len(talk), hear)


def pool(texts: Sequence[str], y: Sequence[Sequence[float]]) -> Coded:
    """Sentences s0, s1, … that ANNA coded."""
    talk = [Passage(f"s{i}", t) for i, t in enumerate(texts)]
    shares = np.array(y, dtype=float).reshape(len(texts), 3)
    return coded_of(default().scaling, talk, shares, ["ANNA"] * len(talk), hear)


def explain(passage: Passage, code: str, *, occlude: bool = True) -> Explanation:
    """By the default model, among the sentences that it was trained on."""
    return Explainer(default(), coded(), hear).explain(passage, code, occlude=occlude)


# -- the sum ---------------------------------------------------------------------------------------

ODD = [
    Passage("a", ""),
    Passage("b", "about0"),
    Passage("c", "Time, time; TIME! about0?", ("my nurse", "did we not?")),
    Passage("d", "İstanbul ΑΣ ß don’t 🙂🙂 time"),
    Passage("e", "🙂"),
    Passage("f", " ".join(f"time{i}" for i in range(130)) + " about0"),
]


@pytest.mark.parametrize("name", MODELS)
def test_parts_and_words_sum_to_the_score_that_decides(name: str) -> None:
    """Whatever the settings: base, blocks and the exact part of each word are the model's score."""
    bundle, talk, _ = model(name)
    explainer = Explainer(bundle, pool([], []), hear)
    for passage in [*talk[:12], *ODD]:
        scores, _ = bundle.scores([passage], hear)
        decision = bundle.predict([passage], hear, accept=0.8).decision[0]
        for j in np.flatnonzero(bundle.modelled):
            found = explainer.explain(passage, CODES[j])
            assert found.score == pytest.approx(scores[0, j], abs=1e-4)
            assert sum(found.parts.values()) == pytest.approx(found.score, abs=1e-9)
            exact = sum(w.exact for w in found.words)
            assert exact == pytest.approx(found.parts["words"], abs=1e-6)
            assert found.given == decision[j]
            assert 0 <= found.context_share <= 1


def test_of_one_code_each_the_threshold_is_where_it_overtakes_the_others() -> None:
    """Whether it is given agrees with what is said of score and threshold, at the former's very place."""
    plain, talk, _ = model("one of k")
    bundle = replace(plain, thresholds=np.array([0.0, 0.5, 1.5]))
    explainer = Explainer(bundle, pool([], []), hear)
    for passage in talk[:20]:
        scores = bundle.scores([passage], hear)[0][0]
        found = [explainer.explain(passage, code, occlude=False) for code in CODES]
        assert [f.given for f in found] == [f.score > f.threshold for f in found]
        assert sum(f.given for f in found) == 1
        at = scores.copy()
        at[2] = found[2].threshold
        lead = at - bundle.thresholds
        assert lead[2] == pytest.approx(lead[:2].max(), abs=1e-4)


def test_what_was_asked_before_has_its_share() -> None:
    """The same words after talk about c0 owe part of their score to that talk; alone, nothing."""
    alone = explain(Passage("x", "did we"), "c0")
    asked = explain(Passage("x", "did we", ("about0",)), "c0")
    assert alone.context_share == 0
    assert asked.context_share > 0.02
    assert asked.score - alone.score == pytest.approx(asked.parts["window"], abs=1e-6)


# -- the words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_the_word_that_tells_the_code_moved_it_most(name: str) -> None:
    bundle, talk, y = model(name)
    explainer = Explainer(bundle, pool([], []), hear)
    given = [p for p, row in zip(talk, y, strict=True) if row[0] and p.text.count("about") == 1]
    found = [explainer.explain(p, "c0") for p in given[:10]]
    assert len(found) == 10
    top = [max(f.words, key=lambda w: w.total).text for f in found]
    assert top == ["about0"] * 10


def test_a_word_the_encoder_does_not_hear_has_no_fall() -> None:
    """Leaving out what changes no vector changes nothing; nor does a word the model never saw add."""
    found = explain(Passage("x", f"time {DEAF} about0"), "c0")
    um = found.words[1]
    assert um.text == DEAF
    assert um.exact == 0
    assert um.occluded == pytest.approx(0, abs=1e-6)
    assert abs(found.words[2].occluded) > 0.01


def test_without_occlusion_only_the_exact_part_is_there() -> None:
    """And no variant is read; with it, all are read in one call."""
    asked: list[int] = []

    def variants(texts: Sequence[str]) -> Floats:
        asked.append(len(texts))
        return hear(texts)

    explainer = Explainer(default(), coded(), hear, variants=variants)
    passage = Passage("x", "we have no time at all")
    quick = explainer.explain(passage, "c0", occlude=False)
    assert (asked, quick.window) == ([], 0)
    assert all(w.occluded == 0 for w in quick.words)
    full = explainer.explain(passage, "c0")
    explainer.explain(passage, "c1")
    assert (asked, full.window) == ([6], 1)
    assert [w.exact for w in full.words] == [w.exact for w in quick.words]


def test_one_word_falls_to_what_a_sentence_without_words_has() -> None:
    """Nothing is left to read, so all of the embedding's part is that word's."""
    found = explain(Passage("x", "about0"), "c0")
    (word,) = found.words
    assert word.occluded == pytest.approx(found.parts["sentence"], abs=1e-6)


def test_long_sentences_are_left_out_in_windows() -> None:
    """The words of a window share its fall, and the telling word's window falls furthest."""
    text = " ".join(["time"] * 80 + ["about0"] + ["time"] * 39)
    found = explain(Passage("x", text), "c0")
    assert found.window > 1
    best = max(found.words, key=lambda w: w.occluded)
    window = [w for w in found.words if w.occluded == best.occluded]
    assert "about0" in [w.text for w in window]


@given(n=st.integers(0, 400))
def test_windows_tile_the_words(n: int) -> None:
    """Each word is left out once, alone up to MOST_ALONE words."""
    found = windows(n)
    assert [i for a, b in found for i in range(a, b)] == list(range(n))
    assert len(found) <= MOST_ALONE
    if n <= MOST_ALONE:
        assert len(found) == n


@given(st.text(max_size=60))
def test_words_are_those_of_the_features(text: str) -> None:
    """In any script, and in place: lower-casing "İ" makes two characters of one."""
    found = words_of(text)
    assert [w for _, _, w in found] == [t for t in tokens(text) if " " not in t]
    for start, end, _ in found:
        assert 0 <= start < end <= len(text)
    assert list(found) == sorted(found, key=lambda w: w[0])


def test_places_are_those_of_the_text_as_written() -> None:
    text = "İİ don’t STOP, ok?"
    assert [text[a:b] for a, b, _ in words_of(text)][-4:] == ["don’t", "STOP", "ok", "?"]


def test_leaving_out() -> None:
    """Nothing left out is the text itself; no word left is nothing at all."""
    assert leave_out("no time at all", 3, 3) == "no time at all"
    assert leave_out("no time at all", 3, 7) == "no at all"
    assert leave_out("Tiredness.", 0, 9) == ""


# -- a starter, and adapted encoders ---------------------------------------------------------------


class Keen:
    """:func:`hear`, and an adapted encoder that hears DEAF too, once a time, and the talk before."""

    def __call__(self, texts: Sequence[str]) -> Floats:
        return hear(texts)

    @property
    def prior(self) -> Embed:
        return self

    def passages(self, passages: Sequence[Passage]) -> Floats:
        said = [p.text.lower().split() for p in passages]
        return np.array(
            [
                [w.count(DEAF), w.count("about0"), len(p.window)]
                for p, w in zip(passages, said, strict=True)
            ],
            dtype=np.float32,
        ).reshape(len(passages), 3)


def adapted(bundle: Bundle) -> Bundle:
    """``bundle`` with an adapted encoder that takes DEAF for a sign of c0."""
    k = len(bundle.codebook.leaves)
    weights = np.zeros((3, k))
    weights[:, 0] = (2.0, 1.0, 0.25)
    heads = Heads(weights, np.full(k, -0.5), np.zeros((3, k, 2)), np.zeros((k, 2)))
    shares = Shares(0.6, 0.5)
    tuned = Tuned(Path("nowhere"), "made up", "made-up-f32", Reading(), heads, shares, shares)
    return replace(bundle, tuned=tuned)


def started_from(prior: Bundle) -> Bundle:
    """A model of the same talk, that starts from ``prior``."""
    _, talk, y = model("default")
    terms = vocabulary([p.text for p in talk])
    like = counterparts(book(3), prior.codebook)
    raw = replace(measure(talk, terms, hear), prior=prior.as_prior(talk, Keen(), like))
    none = np.full((*y.shape, 2), np.nan)
    data = Training(
        raw, y, none, np.array(["t"] * 150), np.ones(150, dtype=bool), "many", like=like
    )
    return fit_bundle(
        data, None, codebook=book(3), terms=terms, encoder_model="made up", encoder_key="made up",
        modelled=np.array([True, True, False]), about={}, prior=prior,
    )  # fmt: skip


OTHERS = {
    "a starter": lambda: started_from(default()),
    "an adapted encoder": lambda: adapted(default()),
    "a starter with one": lambda: started_from(adapted(default())),
    "both": lambda: adapted(started_from(adapted(default()))),
}


@pytest.mark.parametrize("name", OTHERS)
def test_parts_sum_to_the_score_whoever_else_has_a_say(name: str) -> None:
    """A starter, an adapted encoder, and one inside the other: each is a part of its own."""
    bundle = OTHERS[name]()
    explainer = Explainer(bundle, pool([], []), Keen())
    for passage in [*model("default")[1][:8], *ODD]:
        scores, _ = bundle.scores([passage], Keen())
        decision = bundle.predict([passage], Keen(), accept=0.8).decision[0]
        for j in (0, 1):
            found = explainer.explain(passage, CODES[j])
            assert found.score == pytest.approx(scores[0, j], abs=1e-4)
            assert sum(found.parts.values()) == pytest.approx(found.score, abs=1e-9)
            assert sum(w.exact for w in found.words) == pytest.approx(
                found.parts["words"], abs=1e-6
            )
            assert found.given == decision[j]
            assert ("starter" in found.parts) == (bundle.prior is not None)
            assert ("reading" in found.parts) == (bundle.prior is not None)
            assert ("adapted" in found.parts) == (bundle.tuned is not None)


def test_the_starters_part_is_what_it_said() -> None:
    """Sure of c0, it moves the score towards c0, and away where it is sure of none."""
    explainer = Explainer(started_from(default()), pool([], []), Keen())
    for_ = explainer.explain(Passage("x", "about0 time"), "c0").parts["starter"]
    against = explainer.explain(Passage("x", "my nurse knows how"), "c0").parts["starter"]
    assert for_ > 0.5
    assert against < -0.5


@pytest.mark.parametrize("occlude", [True, False])
def test_a_word_that_the_adapted_encoder_alone_hears_has_its_fall(occlude: bool) -> None:
    """By exactly what it adds there, and nothing where leaving out was not asked for."""
    explainer = Explainer(adapted(default()), coded(), Keen())
    said = Passage("x", f"time {DEAF} nurse")
    found = explainer.explain(said, "c0", occlude=occlude)
    um = found.words[1]
    assert um.exact == 0
    assert um.occluded == pytest.approx(0.5 * 2.0 if occlude else 0, abs=1e-6)
    assert Explainer(default(), coded(), hear).explain(said, "c0").words[1].occluded == (
        pytest.approx(0, abs=1e-6)
    )
    other = explainer.explain(said, "c1", occlude=occlude).words[1]
    assert other.occluded == pytest.approx(0, abs=1e-6)


def test_of_one_word_left_out_nothing_is_heard_but_the_intercept() -> None:
    """The adapted encoder is not asked to read an empty sentence."""

    class Careful(Keen):
        def passages(self, passages: Sequence[Passage]) -> Floats:
            assert all(p.text for p in passages)
            return super().passages(passages)

    found = Explainer(adapted(default()), coded(), Careful()).explain(Passage("x", DEAF), "c0")
    assert found.words[0].occluded == pytest.approx(0.5 * 2.0, abs=1e-6)


def test_a_line_names_the_starter_where_it_speaks_loudest() -> None:
    loud = explanation("no time", [0.2, 0.2], starter=2.0)
    assert one_line(loud, sources={}).startswith('the starter model and "')
    quiet = explanation("no time", [2.0, 2.0], starter=0.2)
    assert "starter" not in one_line(quiet, sources={})


# -- neighbours ------------------------------------------------------------------------------------


def test_neighbours_are_not_the_sentence_nor_its_double() -> None:
    """Not itself by id, nor the same words in other clothes; and no words twice on one side."""
    known = pool(
        [
            "No time at all",
            "no TIME, at all.",
            "my nurse knows",
            "My nurse knows",
            "time at my nurse",
        ],
        [[1, 0, 0]] * 5,
    )
    found = Explainer(default(), known, hear).explain(Passage("s0", "no time at all"), "c0")
    assert [n.sentence_id for n in found.for_] == ["s4", "s2"]
    assert found.against == ()


def test_for_and_against_are_what_readers_said() -> None:
    """Half of the readers speak for; none of them, against; fewer than half, or no reader, neither."""
    known = pool(
        ["time one", "time two", "time three", "time four", "time five"],
        [[1, 0, 0], [0.5, 0, 0], [0, 0, 0], [0.3, 0, 0], [np.nan, np.nan, np.nan]],
    )
    found = Explainer(default(), known, hear).explain(Passage("x", "time"), "c0")
    assert {n.text for n in found.for_} == {"time one", "time two"}
    assert [n.text for n in found.against] == ["time three"]
    assert {n.coder for n in found.for_} == {"ANNA"}


@given(seed=st.integers(0, 500), m=st.integers(0, 120), k=st.integers(1, 4))
@settings(max_examples=60)
def test_the_search_is_exact(seed: int, m: int, k: int) -> None:
    """As by sorting everything, also where most of the coded are one sentence said over and over."""
    rng = np.random.default_rng(seed)
    texts = tuple("yeah" if rng.random() < 0.7 else f"t{i % 40}" for i in range(m))
    vectors = rng.standard_normal((m, 5)).astype(np.float32)
    y = rng.integers(0, 2, (m, 1)).astype(float)
    known = Coded(tuple(map(str, range(m))), texts, vectors, y, ("A",) * m)
    query = rng.standard_normal(5).astype(np.float32)
    sides = nearest(query, known, 0, k=k, sentence_id="3", text="Yeah.")
    for side, value in zip(sides, (1, 0), strict=True):
        wanted: list[str] = []
        seen = {"yeah"}
        for i in np.argsort(-(vectors @ query), kind="stable").tolist():
            if y[i, 0] == value and texts[i] not in seen and i != 3 and len(wanted) < k:
                seen.add(texts[i])
                wanted.append(str(i))
        assert [n.sentence_id for n in side] == wanted


def test_similar_sentences_come_first() -> None:
    """Cosines fall from one neighbour to the next and lie between -1 and 1."""
    found = explain(Passage("x", "we did not have any time"), "c0")
    for side in (found.for_, found.against):
        cosines = [n.similarity for n in side]
        assert len(side) == 3
        assert cosines == sorted(cosines, reverse=True)
        assert all(-1 <= c <= 1 for c in cosines)


def test_nothing_coded_yet() -> None:
    found = Explainer(default(), pool([], []), hear).explain(Passage("x", "about0"), "c0")
    assert (found.for_, found.against) == ((), ())
    assert found.given
    assert one_line(found, sources={}) == '"about0" speaks for it'


def test_a_code_outvoted_by_the_whole_sentence_is_said_to_be() -> None:
    """Over its threshold, and not given because too few are expected; otherwise as ever."""
    made, passage = default(), Passage("x", "about0")
    strict = replace(made, least=np.where(made.modelled, 9.0, 0.0))
    found = Explainer(strict, pool([], []), hear).explain(passage, "c0")
    assert found.score > found.threshold
    assert not found.given
    assert found.outvoted
    assert one_line(found, sources={}) == (
        "it would be given, but in all too little speaks for any code here"
    )
    low = Explainer(strict, pool([], []), hear).explain(Passage("y", "time"), "c0")
    assert not (low.given or low.outvoted)
    assert not explain(passage, "c0").outvoted


def test_a_code_too_rare_to_be_modelled_has_neighbours_only() -> None:
    found = explain(Passage("x", "time about0"), "c2")
    assert not found.modelled
    assert not found.given
    assert found.words == ()
    assert set(found.parts.values()) == {0.0}
    assert len(found.for_) == 3
    assert one_line(found, sources={}).startswith("too few coded examples")


def test_a_code_of_another_codebook_is_refused() -> None:
    with pytest.raises(ValueError, match="'c9' is no code of the model: c0, c1, c2"):
        explain(ODD[0], "c9")
    with pytest.raises(ValueError, match="another codebook"):
        Explainer(default(), replace(coded(), y=coded().y[:, :2]), hear)
    with pytest.raises(ValueError, match="not of the same sentences"):
        replace(coded(), ids=coded().ids[1:])


def test_making_an_explainer_reads_nothing() -> None:
    def never(texts: Sequence[str]) -> Floats:
        raise AssertionError(f"asked to read {len(texts)} texts")

    Explainer(default(), coded(), never)


def test_twenty_thousand_are_searched_at_once() -> None:
    """A generous bound, for busy machines: the benchmark has the real figure."""
    rng = np.random.default_rng(0)
    m = 20_000
    vectors = rng.standard_normal((m, 768)).astype(np.float32)
    y = (rng.random((m, 1)) < 0.1).astype(float)
    known = Coded(
        tuple(map(str, range(m))), tuple(f"t{i}" for i in range(m)), vectors, y, ("A",) * m
    )
    nearest(vectors[0], known, 0, k=3, sentence_id="0", text="t0")
    start = time.perf_counter()
    for i in range(5):
        nearest(vectors[i], known, 0, k=3, sentence_id=str(i), text=f"t{i}")
    assert (time.perf_counter() - start) / 5 < 0.1


def test_same_words() -> None:
    assert same_words("No  time, at all.") == same_words("no time at ALL")
    assert same_words("🙂") != same_words("🙁")


# -- one line --------------------------------------------------------------------------------------


def explanation(text: str, totals: Sequence[float], **parts: float) -> Explanation:
    """``totals`` of the words of ``text``, given if they sum to more than 0."""
    words = tuple(
        Word(text[a:b], a, b, 0.0, t) for (a, b, _), t in zip(words_of(text), totals, strict=True)
    )
    all_parts = {"sentence": sum(totals), "words": 0.0, "length": 0.0, "base": 0.0, **parts}
    score = sum(all_parts.values())
    like = Neighbour("s1", "we just don't have the hours", 0.812, "ANNA")
    unlike = Neighbour("s2", "we have hours and hours", 0.6, "BEN")
    return Explanation(
        "c0", text, True, score > 0, score, 0.0, words, all_parts, 1, (like,), (unlike,)
    )  # fmt: skip


def test_one_line_names_words_and_the_nearest() -> None:
    found = explanation("there is no time on the rota", [0, 0, 1.1, 1.4, 0, 0, 1.2])
    assert one_line(found, sources={"s1": "INT03"}) == (
        '"no time", "rota" speak for it; like "we just don\'t have the hours" (INT03, ANNA, .81)'
    )


def test_one_line_of_a_code_not_given() -> None:
    found = explanation("plenty of time", [-2.0, 0, 0.5])
    assert one_line(found, sources={"s2": "INT04"}) == (
        '"plenty" speaks against it; read without it: "we have hours and hours" (INT04, BEN, .60)'
    )


def test_a_short_answer_hangs_on_what_was_asked() -> None:
    found = explanation("Yes, definitely", [0.3, 0.1], window=0.9)
    assert one_line(found, sources={}).startswith('the talk before it and "yes" speak for it; like')
    found = explanation("Yes, definitely", [0.0, 0.0], window=0.9)
    assert one_line(found, sources={}).startswith("the talk before it speaks for it; like")


def test_phrases_are_words_side_by_side() -> None:
    """A comma parts them; repeated words are named once; function words only if nothing else is."""
    assert phrases(explanation("no, time", [1, 1.1])) == ("time", "no")
    assert phrases(explanation("no no, no", [1, 1, 1])) == ("no no", "no")
    assert phrases(explanation("for the rota", [1.0, 0.0, 0.9])) == ("rota",)
    assert phrases(explanation("i’m for it", [1, 0, 0])) == ("i’m",)
    assert phrases(explanation("time flies", [0.05, 0.01])) == ()
    assert phrases(explanation("", [])) == ()
    assert not {"no", "not", "never", "can't", "don't"} & FUNCTION_WORDS


def test_what_is_far_away_is_not_called_alike() -> None:
    found = explanation("no time", [1, 1])
    far = replace(found, for_=(replace(found.for_[0], similarity=0.1),))
    assert one_line(far, sources={}) == '"no time" speaks for it'


@given(text=st.text(max_size=80), quote=st.text(max_size=300), longest=st.integers(60, 140))
def test_one_line_is_one_line(text: str, quote: str, longest: int) -> None:
    """Never longer than asked, no character that could steer a terminal, whatever was said."""
    found = explain(Passage("x", text), "c0", occlude=False)
    near = Neighbour("s1", quote, 0.9, "ANNA")
    for given_ in (True, False):
        shown = replace(found, given=given_, for_=(near,), against=(near,))
        line = one_line(shown, sources={"s1": "INT\x1b[31m03"}, longest=longest)
        assert 0 < len(line) <= longest
        assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in line)


def test_quotes_are_cut_between_words() -> None:
    found = explanation("no time", [1, 1])
    long = replace(found.for_[0], text="the rota is never out before Friday night " * 9)
    line = one_line(replace(found, for_=(long,)), sources={"s1": "INT03"})
    assert len(line) <= 140
    quote = line.partition('like "')[2].partition(' …"')[0]
    assert long.text.startswith(quote + " ")
    assert line.endswith(' …" (INT03, ANNA, .81)')

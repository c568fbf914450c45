"""Do the words that a suggestion names carry it? And how long does it take to say so?

    python scripts/benchmarks/evidence.py --json evidence.json

A model of four fifths of the starter corpus' behaviours; the excerpts of the others that carry a
code which it gives them rightly. The three words that moved a score most are taken out, beside three
words by chance: how often is the code no longer given? Excerpts of six words or fewer are left out,
where three words are half of it. Beside it the share of the fall that each half of the evidence
would reach alone, and the time of an explanation: embeddings given, sentences without a word read
anew, of two runs the quicker one. It is processor time, all cores together: not less than what the
clock shows on an idle machine, and the same on a busy one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from _bench import Figure, arguments, finish

from precode.codebook import read_codebook
from precode.model.bundle import Bundle
from precode.model.encoder import load_encoder
from precode.model.evidence import Explainer, Word
from precode.model.evidence_line import one_line
from precode.model.features import LAYERS, Embed, measure, vocabulary
from precode.model.folds import assign
from precode.model.nearest import Coded, coded_of, nearest
from precode.model.passages import Passage, passages_from_texts
from precode.model.thresholds import fit_thresholds
from precode.model.train import fit_bundle
from precode.model.training import Training
from precode.resources import codebooks, shipped
from precode.steps.learnt.embedding import machine_cache

Floats = npt.NDArray[np.floating]
Pick = Callable[[Sequence[Word]], Sequence[Word]]

SEED, TOP, FOLDS, SHORT = 11, 3, 5, 6
POOL, QUICK_EXCERPTS, QUICK_ITEMS, ITEMS = 20_000, 1500, 70, 600
SECONDS_WORDS, SECONDS_OCCLUDED, SECONDS_SEARCH = 0.010, 0.150, 0.005  # on 2 cores


def main() -> None:
    options = arguments(__doc__)
    rng = np.random.default_rng(SEED)
    talk, y, behaviours = corpus()
    if options.quick:
        some = np.sort(rng.permutation(len(talk))[:QUICK_EXCERPTS])
        talk, y, behaviours = [talk[i] for i in some], y[some], behaviours[some]
    encoder = load_encoder("minilm", LAYERS, cache=machine_cache())
    texts = sorted({t for p in talk for t in (p.text, *p.window)})
    vector = dict(zip(texts, encoder.encode(texts), strict=True))

    def embed(wanted: Sequence[str]) -> Floats:
        return np.stack([vector[t] for t in wanted])

    fold = assign(y, behaviours, folds=FOLDS, seed=SEED)
    train, held = np.flatnonzero(fold != 0), np.flatnonzero(fold == 0)
    bundle = model([talk[i] for i in train], y[train], behaviours[train], embed)
    coded = coded_of(bundle.scaling, [talk[i] for i in train], y[train], ["A"] * len(train), embed)
    explainer = Explainer(bundle, coded, embed, variants=encoder.encode)
    given = bundle.predict([talk[i] for i in held], embed, accept=0.8).decision
    right = [
        (talk[held[i]], int(j))
        for i, j in np.argwhere(given & (y[held] >= 0.5))
        if len(talk[held[i]].text.split()) > SHORT
    ]
    most = QUICK_ITEMS if options.quick else ITEMS
    right = [right[i] for i in np.sort(rng.permutation(len(right))[:most])]

    found, plain, slow = [], list[float](), list[float]()
    codes, lines = bundle.codebook.leaf_ids, []
    sources = {p.id: "INT03" for p in talk}
    for passage, j in right:
        rounds = []
        for _ in range(2):  # the quicker of two: the first may load what all later ones have
            a = time.process_time()
            explainer.explain(passage, codes[j], occlude=False)
            b = time.process_time()
            explanation = explainer.explain(passage, codes[j])
            rounds.append((b - a, time.process_time() - b))
        quick, whole = zip(*rounds, strict=True)
        plain.append(min(quick))
        slow.append(min(whole))
        found.append(explanation)
        lines.append(one_line(explanation, sources=sources))

    def flips(pick: Pick) -> float:
        """Share of the codes that are no longer given without the words that ``pick`` picks."""
        cut = [
            replace(p, text=without(p.text, pick(e.words)))
            for (p, _), e in zip(right, found, strict=True)
        ]
        vector.update(zip(missing := [p.text for p in cut], encoder.encode(missing), strict=True))
        decision = bundle.predict(cut, embed, accept=0.8).decision
        return float(np.mean([not decision[i, j] for i, (_, j) in enumerate(right)]))

    top = flips(lambda w: sorted(w, key=lambda x: -x.total)[:TOP])
    chance = np.mean(
        [flips(lambda w: [w[i] for i in rng.permutation(len(w))[:TOP]]) for _ in range(5)]
    )
    exact = flips(lambda w: sorted(w, key=lambda x: -x.exact)[:TOP])
    occluded = flips(lambda w: sorted(w, key=lambda x: -x.occluded)[:TOP])
    search = searching(coded, rng)
    longest = max(len(x) for x in lines)
    finish(
        [
            Figure("excerpts explained", f"{len(right)} of {len(held)} held out"),
            Figure(
                f"code lost without the {TOP} words named", f"{top:.2f}",
                "≥ twice that by chance", bool(top >= 2 * chance),
            ),
            Figure(f"… without {TOP} words by chance", f"{chance:.2f}"),
            Figure("… named by the exact part alone", f"{exact:.2f}"),
            Figure("… named by occlusion alone", f"{occluded:.2f}"),
            timed("words, exact, and neighbours", plain, SECONDS_WORDS),
            timed("the same with occlusion", slow, SECONDS_OCCLUDED),
            timed(f"neighbours among {POOL:,}", search, SECONDS_SEARCH),
            Figure("longest line", f"{longest} characters", "≤ 140", longest <= 140),
        ],
        options,
    )  # fmt: skip


def corpus() -> tuple[list[Passage], Floats, npt.NDArray[np.str_]]:
    """The starter's invented excerpts: passages, ``y (n, k)`` share of two coders, behaviours."""
    path = shipped("models") / "comb-starter" / "corpus.jsonl"
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()
    ]
    columns = ([r[name] for r in rows] for name in ("text", "before", "behaviour", "id"))
    codes = read_codebook(codebooks()["comb"]).leaf_ids
    y = np.array([[((c in r["first"]) + (c in r["second"])) / 2 for c in codes] for r in rows])
    return passages_from_texts(*columns), y, np.array([r["behaviour"] for r in rows])


def model(
    talk: Sequence[Passage], y: Floats, behaviours: npt.NDArray[np.str_], embed: Embed
) -> Bundle:
    """The code head at its default settings, its thresholds tuned on behaviours held out of it."""
    terms = vocabulary([p.text for p in talk])
    raw = measure(talk, terms, embed)
    book = read_codebook(codebooks()["comb"])
    modelled = np.ones(y.shape[1], dtype=bool)

    def fitted(rows: npt.NDArray[np.intp]) -> Bundle:
        part = [talk[i] for i in rows]
        data = Training(
            measure(part, terms, embed) if len(rows) < len(talk) else raw,
            y[rows],
            np.full((len(rows), y.shape[1], 2), np.nan),
            behaviours[rows],
            np.ones(len(rows), dtype=bool),
            "many",
        )
        return fit_bundle(
            data, None, codebook=book, terms=terms, encoder_model="minilm", encoder_key="",
            modelled=modelled, about={},
        )  # fmt: skip

    fold = assign(y, behaviours, folds=3, seed=SEED)
    scores = np.zeros_like(y)
    for f in range(3):
        out = np.flatnonzero(fold == f)
        scores[out], _ = fitted(np.flatnonzero(fold != f)).scores([talk[i] for i in out], embed)
    return replace(
        fitted(np.arange(len(talk))), thresholds=fit_thresholds(scores, y, choice="many")
    )


def without(text: str, words: Sequence[Word]) -> str:
    """``text`` without ``words``."""
    for word in sorted(words, key=lambda w: -w.start):
        text = text[: word.start] + text[word.end :]
    return " ".join(text.split())


def searching(coded: Coded, rng: np.random.Generator) -> list[float]:
    """Seconds of searches among POOL coded sentences: the excerpts, and others made of noise."""
    more = rng.standard_normal((POOL - len(coded), coded.vectors.shape[1])).astype(np.float32)
    more /= np.linalg.norm(more, axis=1, keepdims=True)
    rows = rng.integers(0, len(coded), POOL - len(coded))
    pool = Coded(
        tuple(map(str, range(POOL))),
        coded.texts + tuple(f"{i} {coded.texts[r]}" for i, r in enumerate(rows)),
        np.vstack([coded.vectors, more]),
        np.vstack([coded.y, coded.y[rows]]),
        ("A",) * POOL,
    )
    seconds = []
    for i in rng.integers(0, len(coded), 200).tolist():
        start = time.process_time()
        nearest(
            pool.vectors[i], pool, i % pool.y.shape[1], k=3, sentence_id=str(i), text=pool.texts[i]
        )
        seconds.append(time.process_time() - start)
    return seconds


def timed(what: str, seconds: Sequence[float], bar: float) -> Figure:
    half, most = np.percentile(seconds, [50, 99]) * 1000
    return Figure(
        f"{what}, p50 and p99", f"{half:.1f} and {most:.1f} ms", f"p50 ≤ {bar * 1000:.0f} ms",
        bool(half <= bar * 1000),
    )  # fmt: skip


if __name__ == "__main__":
    main()

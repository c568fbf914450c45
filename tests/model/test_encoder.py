"""The real encoder, against transformers on the same weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from precode.model.encoder import TOKENS_PER_BATCH, Encoder, _batches, load_encoder
from precode.model.features import LAYERS
from precode.steps.learnt.embedding import machine_cache

WIDTH = 384
TEXTS = [
    "We just don't have the time.",
    "Yes, definitely.",
    "",
    "   ",
    "?!…",
    "The nurse said — and I quote — “come back tomorrow” 🙂👩🏽‍⚕️",
    "Ich weiß es nicht; 時間がない; ليس لدي وقت",
    "no\nnew\tline",
    "word " * 2000,
    "a" * 5000,
    "I mean, it's, um, it's hard to say, isn't it, when you're in the middle of it all?",
]
REFERENCE = """
import sys, numpy as np, torch
from transformers import AutoModel, AutoTokenizer
folder, texts, out = sys.argv[1], eval(sys.argv[2]), sys.argv[3]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
rows = []
for text in texts:
    tokens = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**tokens, output_hidden_states=True).hidden_states
    rows.append(torch.cat([hidden[i][0].mean(0) for i in (4, 6)]).numpy())
np.save(out, np.stack(rows))
"""


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Converted once for this machine, as users have it."""
    return load_encoder("minilm", LAYERS, cache=machine_cache())


@pytest.fixture(scope="module")
def vectors(encoder: Encoder) -> np.ndarray:
    return encoder.encode(TEXTS)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def test_embeddings_are_transformers_own(vectors: np.ndarray, tmp_path: Path) -> None:
    """The mean over tokens of hidden layers 4 and 6, in a process of its own."""
    from precode.model.weights import find_weights

    out = tmp_path / "reference.npy"
    folder = str(find_weights("minilm").folder)
    subprocess.run(
        [sys.executable, "-c", REFERENCE, folder, repr(TEXTS), str(out)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    theirs = np.load(out)
    assert vectors.shape == theirs.shape == (len(TEXTS), 2 * WIDTH)
    for layer in (slice(None, WIDTH), slice(WIDTH, None)):
        assert cosines(vectors[:, layer], theirs[:, layer]).min() > 0.9999
    assert np.abs(vectors - theirs).max() < 1e-3


def test_neither_order_nor_company_matters(encoder: Encoder, vectors: np.ndarray) -> None:
    """Backwards, and one by one: padding has no weight."""
    backwards = encoder.encode(TEXTS[::-1])[::-1]
    alone = np.vstack([encoder.encode([t]) for t in TEXTS])
    assert vectors == pytest.approx(backwards, abs=1e-4)
    assert vectors == pytest.approx(alone, abs=1e-4)


def test_the_same_text_has_the_same_vector(encoder: Encoder) -> None:
    """In several batches of several lengths."""
    texts = [f"{'long ' * (i % 40)}text {i % 5}" for i in range(120)]
    found = encoder.encode(texts)
    first = {t: i for i, t in reversed(list(enumerate(texts)))}
    assert found == pytest.approx(found[[first[t] for t in texts]], abs=1e-4)


def test_a_text_without_words_still_has_a_vector(vectors: np.ndarray) -> None:
    """Empty and blank ones the same; nothing is NaN."""
    assert np.isfinite(vectors).all()
    assert (np.linalg.norm(vectors, axis=1) > 0.1).all()
    assert vectors[2] == pytest.approx(vectors[3], abs=1e-4)


def test_long_texts_are_cut_where_the_encoder_ends(encoder: Encoder, vectors: np.ndarray) -> None:
    """At 256 tokens: what comes later changes nothing."""
    longer = encoder.encode(["word " * 2000 + "entirely different end"])
    assert longer[0] == pytest.approx(vectors[8], abs=1e-4)


def test_no_texts_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 2 * WIDTH)


def test_progress_reaches_every_text(encoder: Encoder) -> None:
    seen: list[int] = []
    encoder.encode([f"text {'long ' * (i % 50)}" for i in range(200)], progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert seen[-1] == 200


def test_batches_hold_each_text_once_and_little_padding() -> None:
    """Shortest first; none over the token budget unless a text alone is."""
    lengths = [3, 5, 9, 200, 256, TOKENS_PER_BATCH + 1]
    ids = [[0] * lengths[i % 6] for i in range(500)]
    order = sorted(range(500), key=lambda i: len(ids[i]))
    batches = _batches(order, ids)
    assert [i for b in batches for i in b] == order
    assert all(len(b) * len(ids[b[-1]]) <= TOKENS_PER_BATCH or len(b) == 1 for b in batches)
    assert len(batches) < 120
    assert _batches([], []) == []

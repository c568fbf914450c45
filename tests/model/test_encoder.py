"""The real encoder, against transformers on the same weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from precode.errors import InputError
from precode.model.convert import compiled, converted
from precode.model.encoder import TOKENS_PER_BATCH, Encoder, _batches, load_encoder
from precode.model.features import LAYERS
from precode.model.weights import find_weights
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


# Two encoders, the one let go before the other; then Ctrl-C.
INTERRUPTED = """
import signal, sys
from pathlib import Path
from precode.model.convert import compiled
paths = sys.argv[1:3]
signal.signal(signal.SIGINT, signal.default_int_handler)
held = [compiled(lambda p=p: Path(p), "f32", width=768) for p in paths]
del held[0]
del held[0]
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("as usual")
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


# -- the conversion that is kept -------------------------------------------------------------------


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "half": half, "empty": lambda p: p.write_bytes(b""), "gone": Path.unlink,
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", ["model.bin", "model.xml"])
def test_a_damaged_conversion_is_made_once_more(
    encoder: Encoder, tmp_path: Path, file: str, damage: str
) -> None:
    """Whatever is wrong with it, its folder goes and a sound one is in its place."""
    sound = converted(find_weights("minilm"), LAYERS, cache=machine_cache()).parent
    kept, made = tmp_path / "kept", 0
    shutil.copytree(sound, kept)
    DAMAGE[damage](kept / file)

    def make() -> Path:
        nonlocal made
        if not (kept / "model.xml").is_file():
            made += 1
            shutil.copytree(sound, kept, dirs_exist_ok=True)
        return kept / "model.xml"

    compiled(make, "f32", width=len(LAYERS) * WIDTH)
    assert made == 1
    assert (kept / file).read_bytes() == (sound / file).read_bytes()


@pytest.mark.parametrize("wrong", ["unreadable", "of another width"])
def test_a_conversion_that_stays_damaged_is_named(
    encoder: Encoder, tmp_path: Path, wrong: str
) -> None:
    """After one more try, with the folder to delete."""
    sound = converted(find_weights("minilm"), LAYERS, cache=machine_cache()).parent
    tries: list[Path] = []

    def make() -> Path:
        tries.append(Path(shutil.copytree(sound, tmp_path / "kept")))
        if wrong == "unreadable":
            half(tries[-1] / "model.bin")
        return tries[-1] / "model.xml"

    with pytest.raises(InputError, match="cannot be read") as error:
        compiled(make, "f32", width=2 * WIDTH if wrong == "unreadable" else 5)
    assert len(tries) == 2
    assert str(tmp_path / "kept") in str(error.value)
    assert "delete" in error.value.mend


def test_ctrl_c_after_encoders_were_let_go_is_no_segmentation_fault(
    encoder: Encoder, tmp_path: Path
) -> None:
    """Each runtime has a stack of its own for signals, on processors with AMX: one is kept."""
    sound = converted(find_weights("minilm"), LAYERS, cache=machine_cache())
    second = Path(shutil.copytree(sound.parent, tmp_path / "kept")) / sound.name
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(sound), str(second)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "as usual\n", "")


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_without_torch_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    """Where the encoder was never converted."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError, match="needs torch") as error:
        load_encoder("minilm", LAYERS, cache=tmp_path)
    assert "pip install torch transformers" in error.value.mend

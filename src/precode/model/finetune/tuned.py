"""What fine-tuning leaves in a bundle: an encoder in a folder, its heads, and their say.

Scores of the adapted encoder are added to those of the frozen one: two readers of different kinds
err on different sentences. How much each counts was chosen on transcripts that neither had seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from precode.errors import InputError
from precode.model.finetune.plan import Reading
from precode.model.passages import Passage
from precode.model.weights import Weights, find_weights

Floats = npt.NDArray[np.floating]
ReadPassages = Callable[[Sequence[Passage]], Floats]

FOLDER = "encoder"
WHOLE = ("config.json", "tokenizer.json", "model.safetensors")
ADAPTER = "adapter.safetensors"
TENSORS = ("codes.weights", "codes.intercept", "polarity.weights", "polarity.intercept", "shares")
MOST_UTTERANCES, TOKENS = 10, range(8, 513)  # what a model on disk may ask to be read
PRECISIONS = ("f32", "bf16")


@runtime_checkable
class ReadsPassages(Protocol):
    """An ``embed`` that also reads passages with the adapted encoder, and keeps what it read."""

    def passages(self, passages: Sequence[Passage]) -> Floats:
        """``(n, h)`` vectors."""
        ...


@dataclass(frozen=True, slots=True)
class Heads:
    """Linear heads on the encoder's ``(n, h)`` vectors: ``codes_weights (h, k)``, ``codes_intercept
    (k,)``, ``polarity_weights (h, k, 2)``, ``polarity_intercept (k, 2)``.
    """

    codes_weights: Floats
    codes_intercept: Floats
    polarity_weights: Floats
    polarity_intercept: Floats

    def codes(self, vectors: Floats) -> Floats:
        """``(n, k)`` log-odds."""
        return np.asarray(vectors @ self.codes_weights + self.codes_intercept)

    def polarities(self, vectors: Floats) -> Floats:
        """``(n, k, 2)`` log-odds of barrier and facilitator."""
        along = np.einsum("nh,hkp->nkp", vectors, self.polarity_weights)
        return np.asarray(along + self.polarity_intercept)


@dataclass(frozen=True, slots=True)
class Shares:
    """Blended score = ``frozen`` · the frozen encoder's + ``tuned`` · the adapted one's."""

    frozen: float = 0.5
    tuned: float = 0.5

    def __call__(self, frozen: Floats, tuned: Floats) -> Floats:
        return np.asarray(self.frozen * frozen + self.tuned * tuned)


@dataclass(frozen=True, slots=True)
class Tuned:
    """An adapted encoder as a part of a model. ``folder`` holds its :attr:`files`: a whole encoder, or
    what LoRA adds to the encoder called ``base``. ``key`` names what was learned, and the arithmetic
    it is read with.
    """

    folder: Path
    base: str
    key: str
    reading: Reading
    heads: Heads
    codes: Shares
    polarity: Shares

    @property
    def files(self) -> tuple[str, ...]:
        """What of ``folder`` belongs to the model; the rest can be made again."""
        return files_of(self.base)

    def blend(self, vectors: Floats, scores: Floats, polarity: Floats) -> tuple[Floats, Floats]:
        """The frozen encoder's ``scores (n, k)`` and ``polarity (n, k, 2)``, with this one's share, by
        its own ``vectors (n, h)``.
        """
        return (
            self.codes(scores, self.heads.codes(vectors)),
            self.polarity(polarity, self.heads.polarities(vectors)),
        )


def files_of(base: str) -> tuple[str, ...]:
    """The files of an encoder adapted whole, or over the encoder called ``base``."""
    return (ADAPTER,) if base else WHOLE


def digest(path: Path) -> str:
    """A short name for what is in the file ``path``."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def begins_with(
    tuned: Tuned | None,
    like: npt.NDArray[np.intp] | None,
    passages: Sequence[Passage],
    weights: Weights,
) -> Path | None:
    """The file with which learning over the encoder ``weights`` begins: what the shipped model added to
    that same encoder (``tuned``), if it knows any of the codes (``like`` ``(k,)``, -1 for those it
    does not) or if most ``passages`` stand in talk, which it has learned to read. None: it begins
    with the encoder as it comes. For other codes on sentences that stand alone it was the worse
    start (TREC, one draw of 64 a class: average precision on questions laid aside .987 and .996).
    """
    if tuned is None or not tuned.base or find_weights(tuned.base).sha256 != weights.sha256:
        return None
    known = like is not None and bool((like >= 0).any())
    talk = 2 * sum(bool(p.window) for p in passages) > len(passages)
    return tuned.folder / ADAPTER if known or talk else None


def key_of(folder: Path, base: str, reading: Reading, precision: str) -> str:
    """A name for everything that could change a number that the encoder gives."""
    learned = digest(folder / files_of(base)[-1])
    told = [find_weights(base).sha256 if base else "", reading.utterances, reading.tokens,
            reading.behaviour]  # fmt: skip
    return f"{learned}-{hashlib.sha256(repr(told).encode()).hexdigest()[:6]}-{precision}"


def reader_of(tuned: Tuned) -> ReadPassages:
    """The adapted encoder itself, compiled when it is first needed."""
    from precode.model.finetune.graph import pair_encoder

    precision = tuned.key.rpartition("-")[2]

    def read(passages: Sequence[Passage]) -> Floats:
        encoder = pair_encoder(tuned.folder, tuned.base, tuned.reading, tuned.key, precision)
        return encoder.read(passages)

    return read


def tensors_of(tuned: Tuned) -> dict[str, Floats]:
    """Its numbers, for a bundle's tensors."""
    h = tuned.heads
    c, p = tuned.codes, tuned.polarity
    values = (
        h.codes_weights, h.codes_intercept, h.polarity_weights, h.polarity_intercept,
        np.array([c.frozen, c.tuned, p.frozen, p.tuned]),
    )  # fmt: skip
    return {f"tuned.{name}": v for name, v in zip(TENSORS, values, strict=True)}


def head_of(tuned: Tuned) -> dict[str, object]:
    """What a bundle says of it in words."""
    return {"key": tuned.key, "base": tuned.base, "reading": asdict(tuned.reading)}


def tuned_from(
    head: Mapping[str, Any], tensors: Mapping[str, Floats], folder: Path, *, codes: int
) -> Tuned:
    """What :func:`tensors_of` and :func:`head_of` told. ValueError, KeyError or TypeError if they do
    not fit, InputError if the encoder that it was adapted over is another one here.
    """
    values = [tensors[f"tuned.{name}"] for name in TENSORS]
    width = values[0].shape[0]
    shapes = ((width, codes), (codes,), (width, codes, 2), (codes, 2), (4,))
    for name, value, shape in zip(TENSORS, values, shapes, strict=True):
        if value.shape != shape:
            raise ValueError(f"tuned.{name} is {value.shape}, not {shape}")
    reading = Reading(**head["reading"])
    if asdict(reading) != {
        "utterances": int(reading.utterances),
        "tokens": int(reading.tokens),
        "behaviour": reading.behaviour is True,
    }:
        raise ValueError(f"reading {head['reading']}")
    if not 0 <= reading.utterances <= MOST_UTTERANCES or reading.tokens not in TOKENS:
        raise ValueError(f"reading {head['reading']}")
    base, key = str(head["base"]), str(head["key"])
    _check_files(folder, base, key, reading, width)
    s = values[4].tolist()
    return Tuned(
        folder / FOLDER, base, key, reading, Heads(*values[:4]),
        Shares(s[0], s[1]), Shares(s[2], s[3]),
    )  # fmt: skip


def _check_files(folder: Path, base: str, key: str, reading: Reading, width: int) -> None:
    """That the encoder's files are those that ``key`` names, fit together and the heads' ``width``:
    embeddings are kept under ``key``, and another model's would else be taken for this one's.
    """
    encoder, precision = folder / FOLDER, key.rpartition("-")[2]
    if precision not in PRECISIONS:
        raise ValueError(f"an adapted encoder of key {key!r}")
    if not base:
        config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
        its_width = int(config["hidden_size"])
    else:
        _check_adapter(encoder / ADAPTER)
        its_width = find_weights(base).width
    if its_width != width:
        raise ValueError(f"heads on {width} numbers, of an encoder that gives {its_width}")
    found = key_of(encoder, base, reading, precision)
    if found == key:
        return
    if not base or found.partition("-")[0] != key.partition("-")[0]:
        raise ValueError(f"an adapted encoder of key {key!r}, not {found!r}")
    raise InputError(
        f"{folder} was adapted over another encoder ({key}) than {base!r} is here ({found}), or was "
        "changed since",
        mend="put the encoder of that time back, or train again: precode train",
    )


def _check_adapter(file: Path) -> None:
    """ValueError unless ``file`` holds finite pairs NAME.a ``(r, in)`` and NAME.b ``(out, r)``."""
    from safetensors.numpy import load_file

    tensors = load_file(file)
    names = {n[:-2] for n in tensors}
    if not tensors or tensors.keys() != {n + end for n in names for end in (".a", ".b")}:
        raise ValueError(f"{ADAPTER} does not hold matrices in pairs")
    for name, values in tensors.items():
        if values.ndim != 2 or values.dtype.kind != "f":
            raise ValueError(f"{name} of {ADAPTER} is no matrix of numbers")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} of {ADAPTER} holds numbers that are not finite")
    for name in names:
        down, up = tensors[name + ".a"], tensors[name + ".b"]
        if up.shape[1] != down.shape[0]:
            raise ValueError(f"{name} of {ADAPTER}: {up.shape} and {down.shape} do not multiply")

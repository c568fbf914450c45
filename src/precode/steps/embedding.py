"""Embeddings for a step: from the study's cache, and from the encoder only for what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.encoder import encoder_key, load_encoder
from precode.model.features import LAYERS
from precode.model.weights import find_weights
from precode.steps.opening import Progress
from precode.study.cache import EmbeddingCache

Floats = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]


def machine_cache() -> Path:
    """Where converted encoders lie: they hold public weights, and nothing of any study."""
    return user_cache_path("precode", appauthor=False)


def key_of(model: str, precision: str) -> str:
    """The encoder's key, without loading it."""
    return encoder_key(find_weights(model), LAYERS, precision)


@contextmanager
def embedding(
    model: str, precision: str, *, cache: Path | None, progress: Progress
) -> Iterator[Embed]:
    """``embed(texts) → (n, d)``. ``cache`` is a study's cache folder; None keeps nothing on disk."""

    def make(texts: Sequence[str]) -> Floats:
        progress("reading sentences", 0, len(texts))
        encoder = load_encoder(model, LAYERS, precision=precision, cache=machine_cache())
        return encoder.encode(
            texts, progress=lambda done: progress("reading sentences", done, len(texts))
        )

    if cache is None:
        yield make
        return
    kept = EmbeddingCache(cache / "embeddings.db", key_of(model, precision))
    try:
        yield lambda texts: kept.get(texts, make)
    finally:
        kept.close()


@contextmanager
def embedding_of(bundle: Bundle, *, cache: Path | None, progress: Progress) -> Iterator[Embed]:
    """As :func:`embedding`, for the encoder and precision that ``bundle`` was trained with.

    Raises :class:`InputError` if the encoder on this machine is another one: its features would
    quietly mean something else.
    """
    precision = bundle.encoder_key.rpartition("-")[2]
    here = key_of(bundle.encoder_model, precision)
    if here != bundle.encoder_key:
        raise InputError(
            f"the model was trained with another encoder ({bundle.encoder_key}) than "
            f"{bundle.encoder_model!r} is here ({here})",
            mend="put the encoder of that time back, or train again: precode train",
        )
    with embedding(bundle.encoder_model, precision, cache=cache, progress=progress) as embed:
        yield embed

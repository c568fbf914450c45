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
from precode.model.encoder import Encoder, encoder_key, load_encoder
from precode.model.features import LAYERS
from precode.model.finetune.tuned import Tuned, reader_of
from precode.model.passages import Passage
from precode.model.weights import find_weights
from precode.steps.opening import Progress
from precode.study.cache import EmbeddingCache

Floats = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]

_PIECE = 1000  # passages read between two signs of progress


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
    reading = _Reading(model, precision, progress)
    if cache is None:
        yield reading.anew
        return
    kept = EmbeddingCache(cache / "embeddings.db", key_of(model, precision))
    try:
        yield lambda texts: kept.get(texts, reading.piece, begin=reading.begin)
    finally:
        kept.close()


class _Reading:
    """The encoder at work: loaded when it is first needed, once; progress over all pieces."""

    def __init__(self, model: str, precision: str, progress: Progress) -> None:
        self._model, self._precision, self._progress = model, precision, progress
        self._encoder: Encoder | None = None
        self._done = self._total = 0

    def begin(self, total: int) -> None:
        self._done, self._total = 0, total
        self._progress("reading sentences", 0, total)

    def anew(self, texts: Sequence[str]) -> Floats:
        self.begin(len(texts))
        return self.piece(texts)

    def piece(self, texts: Sequence[str]) -> Floats:
        if self._encoder is None:
            self._encoder = load_encoder(
                self._model, LAYERS, precision=self._precision, cache=machine_cache()
            )
        found = self._encoder.encode(
            texts,
            progress=lambda done: self._progress(
                "reading sentences", self._done + done, self._total
            ),
        )
        self._done += len(texts)
        return found


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
        yield embed if bundle.tuned is None else _WithTuned(embed, bundle.tuned, progress)


class _WithTuned:
    """``embed``, and passages read by the fine-tuned encoder, with their own progress."""

    def __init__(self, embed: Embed, tuned: Tuned, progress: Progress) -> None:
        self._embed, self._progress = embed, progress
        self._read = reader_of(tuned)

    def __call__(self, texts: Sequence[str]) -> Floats:
        return self._embed(texts)

    def passages(self, passages: Sequence[Passage]) -> npt.NDArray[np.floating]:
        what = "reading passages with the fine-tuned encoder"
        at = range(0, len(passages), _PIECE)
        parts = []
        for first in at:
            self._progress(what, first, len(passages))
            parts.append(self._read(passages[first : first + _PIECE]))
        self._progress(what, len(passages), len(passages))
        return np.concatenate(parts) if parts else self._read(passages)

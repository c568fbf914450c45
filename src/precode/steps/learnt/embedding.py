"""Embeddings for a step: from the study's cache, and from the encoder only for what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.encoder import Encoder, encoder_key, load_encoder
from precode.model.features import LAYERS
from precode.model.finetune.reading import seen_of
from precode.model.finetune.tuned import ReadPassages, Tuned, reader_of
from precode.model.passages import Passage
from precode.model.weights import find_weights
from precode.steps.opening import Progress
from precode.study.cache import EmbeddingCache

Floats = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
Hear = Callable[[Sequence[str], Floats], None]

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
def embedding_of(
    bundle: Bundle, *, cache: Path | None, progress: Progress, hear: Hear | None = None
) -> Iterator[Embed]:
    """As :func:`embedding`, for the encoder and precision that ``bundle`` was trained with, and for
    all else that it reads with: an adapted encoder, the model that it started from. ``hear`` is
    told the texts that its own encoder was given, and their vectors.

    Raises :class:`InputError` if the encoder on this machine is another one: its features would
    quietly mean something else.
    """
    with ExitStack() as open_ones:
        yield _laid_out(bundle, {}, open_ones, cache, progress, hear)


def _laid_out(
    bundle: Bundle,
    read: dict[str, Embed],
    open_ones: ExitStack,
    cache: Path | None,
    progress: Progress,
    hear: Hear | None,
) -> Embed:
    """What ``bundle`` reads with. ``read`` has the encoders by key: a model and the one that it
    started from share theirs.
    """
    key, precision = bundle.encoder_key, bundle.encoder_key.rpartition("-")[2]
    here = key_of(bundle.encoder_model, precision)
    if here != key:
        raise InputError(
            f"the model was trained with another encoder ({key}) than {bundle.encoder_model!r} is "
            f"here ({here})",
            mend="put the encoder of that time back, or train again: precode train",
        )
    if key not in read:
        opened = embedding(bundle.encoder_model, precision, cache=cache, progress=progress)
        read[key] = open_ones.enter_context(opened)
        if cache is None and bundle.prior is not None:
            read[key] = _Once(read[key])
    embed = read[key] if hear is None else _Heard(read[key], hear)
    if bundle.tuned is not None:
        kept = None
        if cache is not None:
            kept = EmbeddingCache(cache / "embeddings.db", bundle.tuned.key)
            open_ones.callback(kept.close)
        embed = _WithTuned(embed, bundle.tuned, kept, progress)
    if bundle.prior is not None:
        inner = _laid_out(bundle.prior, read, open_ones, cache, progress, None)
        embed = _WithPrior(embed, inner)
    return embed


class _Once:
    """``embed``, reading no text twice: a model and its start ask for the same ones."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._kept: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        missing = [t for t in dict.fromkeys(texts) if t not in self._kept]
        if missing or not texts:
            found = self._embed(missing)
            self._kept.update(zip(missing, found, strict=True))
            if not texts:
                return found
        return np.stack([self._kept[t] for t in texts])


class _Heard:
    """``embed``, which tells what it was given."""

    def __init__(self, embed: Embed, hear: Hear) -> None:
        self._embed, self._hear = embed, hear

    def __call__(self, texts: Sequence[str]) -> Floats:
        vectors = self._embed(texts)
        self._hear(texts, vectors)
        return vectors


class _WithTuned:
    """``embed``, and passages read by the fine-tuned encoder, with their own progress; from the
    study's cache, if there is one, where they were read before.
    """

    def __init__(
        self, embed: Embed, tuned: Tuned, kept: EmbeddingCache | None, progress: Progress
    ) -> None:
        self._embed, self._kept, self._progress = embed, kept, progress
        self._read, self._reading = reader_of(tuned), tuned.reading

    def __call__(self, texts: Sequence[str]) -> Floats:
        return self._embed(texts)

    def passages(self, passages: Sequence[Passage]) -> npt.NDArray[np.floating]:
        if self._kept is None or not passages:
            return self._anew(passages)
        seen = {seen_of(p, self._reading): p for p in passages}
        texts = [seen_of(p, self._reading) for p in passages]
        return self._kept.get(
            texts, lambda missing: self._anew([seen[t] for t in missing]).astype(np.float32)
        )

    def _anew(self, passages: Sequence[Passage]) -> npt.NDArray[np.floating]:
        what = "reading passages with the adapted encoder"
        parts = []
        for first in range(0, len(passages), _PIECE):
            self._progress(what, first, len(passages))
            parts.append(self._read(passages[first : first + _PIECE]))
        self._progress(what, len(passages), len(passages))
        return np.concatenate(parts) if parts else self._read(passages)


class _WithPrior:
    """``embed``, and the one of the shipped model that a model starts from."""

    def __init__(self, embed: Embed, prior: Embed) -> None:
        self._embed, self.prior = embed, prior

    def __call__(self, texts: Sequence[str]) -> Floats:
        return self._embed(texts)

    def passages(self, passages: Sequence[Passage]) -> npt.NDArray[np.floating]:
        """As the model's own adapted encoder reads them; only asked of a model that has one."""
        read: ReadPassages = self._embed.passages  # type: ignore[attr-defined]
        return read(passages)

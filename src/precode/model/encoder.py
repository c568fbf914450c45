"""The frozen sentence encoder: text in, pooled layers out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from precode.errors import InputError
from precode.files.offline import offline
from precode.model.convert import compiled, converted
from precode.model.weights import Weights, broken, find_weights

Floats = npt.NDArray[np.float32]

TOKENS_PER_BATCH = 4096  # sorted by length, so that little of a batch is padding


@dataclass(frozen=True, slots=True)
class Encoder:
    """A compiled encoder. ``key`` names everything that could change a number it gives."""

    key: str
    layers: tuple[int, ...]
    width: int
    _tokenizer: Any
    _compiled: Any
    _max_tokens: int

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] = lambda done: None
    ) -> Floats:
        """``(n, len(layers) · width)``: rows in the order of ``texts``.

        Long texts are cut at the encoder's own limit (256 tokens, about 180 words).
        """
        out = np.zeros((len(texts), len(self.layers) * self.width), dtype=np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = [e.ids[: self._max_tokens] for e in encodings]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        request = self._compiled.create_infer_request()
        done = 0
        for batch in _batches(order, ids):
            longest = len(ids[batch[-1]])
            tokens = np.zeros((len(batch), longest), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for row, i in enumerate(batch):
                tokens[row, : len(ids[i])] = ids[i]
                mask[row, : len(ids[i])] = 1
            result = request.infer({"input_ids": tokens, "attention_mask": mask})
            out[batch] = next(iter(result.values()))
            done += len(batch)
            progress(done)
        return out


def _batches(order: Sequence[int], ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Consecutive runs of ``order`` (shortest first) of at most TOKENS_PER_BATCH padded tokens."""
    batches: list[list[int]] = []
    current: list[int] = []
    for i in order:
        if current and (len(current) + 1) * len(ids[i]) > TOKENS_PER_BATCH:
            batches.append(current)
            current = []
        current.append(i)
    return [*batches, current] if current else batches


def encoder_key(weights: Weights, layers: tuple[int, ...], precision: str) -> str:
    """The name under which embeddings are cached and that a bundle stores."""
    return f"{weights.sha256[:16]}-{'.'.join(map(str, layers))}-{precision}"


def load_encoder(
    model: str, layers: tuple[int, ...], *, precision: str = "f32", cache: Path
) -> Encoder:
    """The encoder ``model`` ("minilm" or a folder), compiled for this CPU.

    The first call on a machine converts the weights with torch (about 15 s); later ones do not
    import it. Raises :class:`InputError` if the weights are absent, not the published ones, or of
    too few layers.
    """
    offline()
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    from tokenizers import Tokenizer

    weights = find_weights(model)
    if weights.layers < max(layers):
        raise InputError(
            f"{weights.folder} has {weights.layers} layers; precode reads layers {layers}",
            mend='set model = "minilm" under [encoder], or a deeper encoder',
        )
    file = weights.folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library has no class of its own for what it cannot read
        raise InputError(
            f"{file} cannot be read as a tokenizer: {' '.join(str(error).split())[:200]}",
            mend=broken(model),
        ) from error
    made = compiled(
        lambda: converted(weights, layers, cache=cache),
        precision,
        width=len(layers) * weights.width,
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(weights.max_tokens)
    return Encoder(
        encoder_key(weights, layers, precision),
        layers,
        weights.width,
        tokenizer,
        made,
        weights.max_tokens,
    )

"""A scripted stand-in for the sentence encoder: vectors from hashed words, the same on any machine.

Run as a program, it is ``precode`` with that encoder: ``python fakes.py train --study DIR``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from precode.model.features import LAYERS
from precode.steps.learnt import embedding, learning, starting

WIDTH = 384


@cache
def _word(word: str) -> npt.NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(len(LAYERS) * WIDTH).astype(np.float32)


class FakeEncoder:
    """Texts that share words lie near each other."""

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] = lambda done: None
    ) -> npt.NDArray[np.float32]:
        progress(len(texts))
        zero = np.zeros(len(LAYERS) * WIDTH, dtype=np.float32)
        rows = [sum((_word(w) for w in t.lower().split()), zero) for t in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), -1)


def _load(model: str, layers: object, **options: object) -> FakeEncoder:
    return FakeEncoder()


def _key(model: str, precision: str) -> str:
    return f"fake-{'.'.join(map(str, LAYERS))}-{precision}"


def install(setattr_: Callable[[Any, str, Any], None] = setattr) -> None:
    """Put the fake in the encoder's place, e.g. with ``monkeypatch.setattr``."""
    import precode.steps.doctor  # noqa: F401  imported first: it is to judge by the real keys

    setattr_(embedding, "load_encoder", _load)
    setattr_(embedding, "key_of", _key)
    setattr_(learning, "key_of", _key)
    setattr_(starting, "key_of", _key)


if __name__ == "__main__":
    from precode.cli.main import main

    install()
    main()

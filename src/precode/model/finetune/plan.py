"""How an encoder is adapted: the settings of one fine-tuning, and what it reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

Adapt = Literal["lora", "last", "whole"]

# Chosen on invented talk, by target behaviours held out (models/comb-starter/corpus.jsonl: 3,228
# excerpts to learn from, 1,160 to judge by): LoRA of rank 16 reached AP .841 and polarity .739, the
# whole encoder .849 and .753 at one and a half times the cost, the frozen one .75 and .68.
RATES: dict[Adapt, float] = {"lora": 1e-3, "last": 2e-4, "whole": 2e-4}


LAST = 2  # layers, unless told


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a conversation the encoder reads before the sentence: as many as ``utterances``, the
    nearest kept when they do not all fit into ``tokens``; with ``behaviour`` the target behaviour too.
    """

    utterances: int = 10
    tokens: int = 128
    behaviour: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """One fine-tuning. ``adapt``: small matrices beside linear layers ("lora", of ``rank``), the last
    layers themselves, or the whole encoder, each layer's rate ``decay`` times that of the one above
    it. ``layers``: how many of the last ones; 0 stands for all with "lora", for two with "last". ``rate`` 0 stands for the way's own (:data:`RATES`); in the end it is ``lowest`` of that.
    At most ``epochs`` passes over the sentences, fewer once ``patience`` of them brought nothing on
    held-out transcripts.
    """

    adapt: Adapt = "lora"
    reading: Reading = Reading()
    rank: int = 16
    layers: int = 0
    rate: float = 0.0
    head_rate: float = 1e-3
    decay: float = 0.85
    epochs: int = 8
    patience: int = 2
    warmup: float = 0.1
    lowest: float = 0.5
    dropout: float = 0.1
    batch: int = 32
    batch_tokens: int = 4096
    seed: int = 1

    @property
    def peak(self) -> float:
        """The encoder's highest learning rate."""
        return self.rate or RATES[self.adapt]

    def still(self, depth: int) -> int:
        """How many of an encoder's ``depth`` layers, the lowest, do not learn."""
        if self.adapt == "whole" or (self.adapt == "lora" and not self.layers):
            return 0
        return max(0, depth - (self.layers or LAST))


def fingerprint(plan: Plan, *parts: object) -> str:
    """A name for everything that a fine-tuning follows from: a checkpoint of another one is not
    taken up. ``parts`` are JSON or bytes.
    """
    digest = hashlib.sha256(json.dumps(asdict(plan), sort_keys=True).encode())
    for part in parts:
        digest.update(part if isinstance(part, bytes) else json.dumps(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]

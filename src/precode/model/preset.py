"""What of the features was chosen once, on public sets, and not anew in each study:
``configs/presets/features.toml``, which also holds the figures it was chosen by.
"""

from __future__ import annotations

import tomllib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from precode.resources import shipped

Weight = Annotated[float, Field(ge=0, le=10)]


class Preset(BaseModel):
    """``layers`` of the encoder that are pooled (the first of them for the talk before, too), with
    ``layer_weights``; ``window`` sentences of talk before, each ``decay`` times as heavy as the one
    nearer by; ``reading``, the weight of a shipped model's own reading of the sentence, where one is at
    hand; ``grid``: the (lexical, context, c) that validation compares in a study, its starting point
    first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    layers: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    layer_weights: tuple[Weight, Weight]
    window: Annotated[int, Field(ge=0)]
    decay: Annotated[float, Field(gt=0, le=1)]
    reading: Weight
    grid: Annotated[
        tuple[tuple[Weight, Weight, Annotated[float, Field(gt=0)]], ...], Field(min_length=1)
    ]


def _read() -> Preset:
    path = shipped("configs") / "presets" / "features.toml"
    return Preset(**tomllib.loads(path.read_text(encoding="utf-8"))["features"])


PRESET = _read()

"""Where a fine-tuning stands, on disk: tensors in safetensors, the rest in JSON. No pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from precode.files.atomic import replacing_folder

_BEST, _MEAN, _NOW, _FIRST, _SECOND = "best.", "mean.", "now.", "first.", "second."
_CHANCE = "chance"


@dataclass(slots=True)
class Standing:
    """``epoch`` and ``batch`` to go on with, ``steps`` taken. ``scores``: of each finished epoch on
    the held-out transcripts; ``best``: the last epoch (from 1) that was about as good as the best, 0 before the first.
    """

    epoch: int = 0
    batch: int = 0
    steps: int = 0
    best: int = 0
    scores: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    done: bool = False


def save(
    folder: Path,
    key: str,
    standing: Standing,
    learned: Mapping[str, torch.nn.Parameter],
    optimiser: torch.optim.Optimizer,
    mean: Mapping[str, torch.Tensor],
    best: Mapping[str, torch.Tensor],
) -> None:
    """Write it all whole or not at all. ``key`` names what the fine-tuning follows from."""
    from safetensors.torch import save_file

    tensors: dict[str, torch.Tensor] = {_CHANCE: torch.get_rng_state()}
    for name, parameter in learned.items():
        tensors[_NOW + name] = parameter.detach()
        state = optimiser.state.get(parameter)
        if state:
            tensors[_FIRST + name] = state["exp_avg"]
            tensors[_SECOND + name] = state["exp_avg_sq"]
    tensors |= {_MEAN + name: t for name, t in mean.items()}
    tensors |= {_BEST + name: t for name, t in best.items()}
    with replacing_folder(folder) as temporary:
        save_file(
            {n: t.detach().cpu().contiguous().clone() for n, t in tensors.items()},
            temporary / "state.safetensors",
        )
        content = {"key": key, **asdict(standing)}
        (temporary / "state.json").write_text(json.dumps(content), encoding="utf-8")


def load(
    folder: Path,
    key: str,
    learned: Mapping[str, torch.nn.Parameter],
    optimiser: torch.optim.Optimizer,
    mean: Mapping[str, torch.Tensor],
) -> tuple[Standing, dict[str, torch.Tensor]] | None:
    """Take up what :func:`save` wrote: parameters, their ``mean``, optimiser and chance are set as they
    were. None, and nothing is changed, if there is nothing, it is damaged, or it is of another
    fine-tuning.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        content: dict[str, Any] = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        if content.pop("key") != key:
            return None
        standing = Standing(**content)
        tensors = load_file(folder / "state.safetensors")
        fit = all(
            tensors[kind + n].shape == p.shape for n, p in learned.items() for kind in (_NOW, _MEAN)
        )
        chance = tensors[_CHANCE]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError):
        return None
    if not fit:
        return None
    with torch.no_grad():
        for name, parameter in learned.items():
            parameter.copy_(tensors[_NOW + name])
            mean[name].copy_(tensors[_MEAN + name])
            if _FIRST + name in tensors:
                optimiser.state[parameter] = {
                    "step": torch.tensor(float(standing.steps), device=parameter.device),
                    "exp_avg": tensors[_FIRST + name].to(parameter.device),
                    "exp_avg_sq": tensors[_SECOND + name].to(parameter.device),
                }
    torch.set_rng_state(chance)
    best = {n[len(_BEST) :]: t for n, t in tensors.items() if n.startswith(_BEST)}
    return standing, best

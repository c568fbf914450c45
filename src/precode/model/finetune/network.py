"""The encoder with its two heads, as torch learns them."""

from __future__ import annotations

import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from precode.files.offline import offline
from precode.model.finetune.plan import Plan
from precode.model.finetune.still import Still
from precode.model.finetune.tuned import ADAPTER, Heads

_UP, _DOWN = ".b", ".a"


class Network(nn.Module):
    """``forward`` gives, of n passages, ``(n, k)`` log-odds of the codes and ``(n, k, 2)`` of the
    polarities. Pooled is the mean of the last layer over the sentence's own tokens.
    """

    def __init__(self, folder: Path, plan: Plan, *, codes: int, start: Path | None = None) -> None:
        super().__init__()
        encoder = _quick(encoder_in(folder))
        self.still = Still(encoder, plan.still(int(encoder.config.num_hidden_layers)))
        self.encoder = _adapted(encoder, plan, start)
        width = int(self.encoder.config.hidden_size)
        self.dropout = nn.Dropout(plan.dropout)
        self.codes = nn.Linear(width, codes)
        # a polarity is learned from all codes together; what one of them adds begins at nothing
        self.polarity = nn.Linear(width, 2)
        self.by_code = nn.Linear(width, 2 * codes)
        nn.init.zeros_(self.by_code.weight)
        nn.init.zeros_(self.by_code.bias)

    def train(self, mode: bool = True) -> Self:
        """As :meth:`nn.Module.train`; the layers that do not learn say always the same."""
        super().train(mode)
        self.still.rest()
        return self

    def pooled(
        self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor, own: torch.Tensor
    ) -> torch.Tensor:
        """``(n, width)``."""
        inputs = {"input_ids": ids, "attention_mask": mask}
        if tells_segments(self.encoder.config):
            inputs["token_type_ids"] = kinds
        hidden = self.encoder(**inputs).last_hidden_state
        share = own.unsqueeze(-1).to(hidden.dtype)
        return torch.as_tensor((hidden * share).sum(1) / share.sum(1))

    def below(
        self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor, own: torch.Tensor
    ) -> torch.Tensor:
        """``(n, t, width)``: what the layers that do not learn say of each token."""
        return self.still.said(lambda: self.pooled(ids, mask, kinds, own))

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor, own: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        v = self.dropout(self.pooled(ids, mask, kinds, own))
        both = self.polarity(v).unsqueeze(1)
        return self.codes(v), both + self.by_code(v).unflatten(1, (-1, 2))

    def heads(self) -> Heads:
        """The heads as plain numbers."""
        codes = self.codes.weight.shape[0]
        weight = self.polarity.weight.repeat(codes, 1) + self.by_code.weight
        bias = self.polarity.bias.repeat(codes) + self.by_code.bias
        return Heads(
            _numpy(self.codes.weight).T.copy(), _numpy(self.codes.bias),
            _numpy(weight).T.reshape(-1, codes, 2).copy(), _numpy(bias).reshape(codes, 2),
        )  # fmt: skip

    def begin_with(self, heads: Heads) -> None:
        """Have the heads say what ``heads`` do."""
        both = heads.polarity_weights.mean(1), heads.polarity_intercept.mean(0)
        width = len(heads.codes_weights)
        with torch.no_grad():
            for layer, weights, intercept in (
                (self.codes, heads.codes_weights, heads.codes_intercept),
                (self.polarity, *both),
                (
                    self.by_code,
                    (heads.polarity_weights - both[0][:, None]).reshape(width, -1),
                    (heads.polarity_intercept - both[1]).reshape(-1),
                ),
            ):
                layer.weight.copy_(torch.from_numpy(weights.T.copy()))
                layer.bias.copy_(torch.from_numpy(intercept.copy()))

    def learned(self) -> dict[str, nn.Parameter]:
        """What learning changes, by name."""
        return {n: p for n, p in self.named_parameters() if p.requires_grad}

    def save_encoder(self, folder: Path, tokenizer: Path) -> None:
        """What was learned of the encoder: LoRA's matrices alone, to be laid over the encoder it was
        learned with (:func:`lay_over`), or else the encoder as a Hugging Face folder.
        """
        from safetensors.torch import save_file

        encoder = self.encoder
        if hasattr(encoder, "peft_config"):
            save_file(_matrices(encoder), folder / ADAPTER)
            return
        (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
        encoder.config.to_json_file(folder / "config.json")
        tensors = {
            n: t.detach().cpu().contiguous().clone() for n, t in encoder.state_dict().items()
        }
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def lay_over(encoder: Any, adapter: Path) -> None:
    """Add LoRA's matrices in the file ``adapter`` to the layers of ``encoder``. Raises ValueError if
    they are of another encoder.
    """
    from safetensors.torch import load_file

    tensors = load_file(adapter)
    layers = dict(encoder.named_modules())
    with torch.no_grad():
        for name in sorted({n[:-2] for n in tensors}):
            change = tensors[name + _UP] @ tensors[name + _DOWN]
            weight = getattr(layers.get(name), "weight", None)
            if weight is None or weight.shape != change.shape:
                raise ValueError(f"the encoder has no layer {name} of {tuple(change.shape)}")
            weight += change


def _begin_with(encoder: Any, tensors: dict[str, torch.Tensor]) -> None:
    """Give LoRA's layers the matrices that :func:`_matrices` told; others begin with no change."""
    with torch.no_grad():
        for name, module in encoder.base_model.model.named_modules():
            if hasattr(module, "lora_A") and name + _UP in tensors:
                (which,) = module.lora_A
                module.lora_B[which].weight.copy_(tensors[name + _UP] / module.scaling[which])
                module.lora_A[which].weight.copy_(tensors[name + _DOWN])


def _matrices(encoder: Any) -> dict[str, torch.Tensor]:
    """Layer → its two matrices; the change of its weights is up @ down."""
    out = {}
    for name, module in encoder.base_model.model.named_modules():
        if hasattr(module, "lora_A"):
            (which,) = module.lora_A
            up = module.lora_B[which].weight.detach() * module.scaling[which]
            out[name + _UP] = up.cpu().contiguous().clone()
            out[name + _DOWN] = module.lora_A[which].weight.detach().cpu().contiguous().clone()
    return out


def groups(network: Network, plan: Plan) -> list[dict[str, Any]]:
    """Parameters for the optimiser: heads at their own rate, each layer's ``decay`` times that of the
    one above. LoRA's matrices all learn at the same rate.
    """
    depth = int(network.encoder.config.num_hidden_layers)
    out: list[dict[str, Any]] = []
    for name, parameter in network.learned().items():
        rate = plan.head_rate
        if name.startswith("encoder."):
            below = depth - _layer(name, depth) if plan.adapt != "lora" else 0
            rate = plan.peak * plan.decay**below
        out.append({"params": [parameter], "lr": rate, "weight_decay": 0.01 * (parameter.ndim > 1)})
    return out


def tells_segments(config: Any) -> bool:
    """Whether the encoder reads which segment a token is of."""
    return int(getattr(config, "type_vocab_size", 0) or 0) >= 2


def encoder_in(folder: Path) -> Any:
    """The encoder of a Hugging Face folder, in single precision; nothing is fetched."""
    offline()
    from transformers import AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own future
        return AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )


class QuickDropout(nn.Dropout):
    """Dropout by numpy's bits, on a processor: torch's own random numbers take a fifth of an encoder's
    step. Whoever asks for its ``p`` hears 0: attention of most encoders, whose weights are then not
    dropped.
    """

    def __init__(self, p: float) -> None:
        super().__init__(0.0)
        self.share = round(256 * p)  # of 256

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        if not self.training or not self.share:
            return values
        seed = int(torch.randint(2**62, ()))  # of torch's chance, which a checkpoint keeps
        drawn = np.random.default_rng(seed).integers(256, size=values.shape, dtype=np.uint8)
        kept = torch.from_numpy(drawn >= self.share)
        return values * kept.to(values.dtype).mul_(256 / (256 - self.share))


def _quick(encoder: Any) -> Any:
    """``encoder`` as it learns on a processor in the least time: by :class:`QuickDropout`, and with
    attention in plain products, which are learned through faster than the fused one.
    """
    if torch.cuda.is_available():
        return encoder
    for module in list(encoder.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.Dropout):
                setattr(module, name, QuickDropout(child.p).train(child.training))
    encoder.set_attn_implementation("eager")
    return encoder


def _adapted(encoder: Any, plan: Plan, start: Path | None) -> Any:
    """``encoder`` with what ``plan`` lets learn; the rest stands still. ``start``: LoRA's matrices that
    learning begins with, of the same encoder.
    """
    if start is not None and plan.adapt != "lora":
        lay_over(encoder, start)
    for parameter in encoder.parameters():
        parameter.requires_grad = False
    depth = int(encoder.config.num_hidden_layers)
    still = plan.still(depth)
    if plan.adapt == "lora":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies' future
            from peft import LoraConfig, get_peft_model
        from safetensors.torch import load_file

        begin = {} if start is None else load_file(start)
        linear = [
            n
            for n, m in encoder.named_modules()
            if isinstance(m, nn.Linear) and "pooler" not in n.split(".")
            if _layer(n, depth) > still or n + _UP in begin
        ]
        rank = next((len(t) for n, t in begin.items() if n.endswith(_DOWN)), plan.rank)
        found = get_peft_model(
            encoder,
            LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=linear),
        )
        for name, parameter in found.named_parameters():
            parameter.requires_grad &= _layer(name, depth) > still
        if begin:
            _begin_with(found, begin)
        return found
    lowest = still + 1 if plan.adapt == "last" else 0
    for name, parameter in encoder.named_parameters():
        pooler = "pooler" in name.split(".")  # its output is not read
        parameter.requires_grad = _layer(name, depth) >= lowest and not pooler
    return encoder


def _layer(name: str, depth: int) -> int:
    """1 for the first layer … ``depth``; 0 for what is below, ``depth`` for what is above them."""
    parts = name.split(".")
    for before, part in pairwise(parts):
        if before in ("layer", "layers") and part.isdigit():
            return int(part) + 1
    return 0 if any("embed" in p for p in parts) else depth


def _numpy(tensor: torch.Tensor) -> Any:
    return tensor.detach().float().cpu().numpy().astype(np.float64)

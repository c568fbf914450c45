"""An adapted encoder read by OpenVINO: passages in, one vector each out. torch converts it, once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from precode.errors import InputError
from precode.files.atomic import replacing_folder
from precode.files.offline import offline
from precode.model.convert import compiled, needs_torch
from precode.model.finetune.plan import Reading
from precode.model.finetune.reading import Reader, batches, padded
from precode.model.finetune.tuned import ADAPTER, FOLDER, digest, files_of, key_of
from precode.model.passages import Passage
from precode.model.weights import find_weights
from precode.resources import shipped

__all__ = ["PairEncoder", "graph", "key_of", "pair_encoder"]

Floats = npt.NDArray[np.float32]

GRAPH = 1  # raise when the graph below changes: old conversions are then not used
TOKENS_PER_BATCH = 4096
MOST_ROWS = 512
_INPUTS = ("ids", "mask", "kinds", "own")


class PairEncoder:
    """The compiled encoder in ``folder``, or what is there over the encoder ``base``, with ``reading``
    before each sentence.
    """

    def __init__(self, folder: Path, base: str, reading: Reading, precision: str) -> None:
        offline()
        weights = find_weights(base or str(folder))
        self._compiled = compiled(lambda: graph(folder, base), precision, width=weights.width)
        self._reader = Reader(weights.folder, reading, most=weights.max_tokens)
        self._width = weights.width

    def read(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] = lambda done: None
    ) -> Floats:
        """``(n, width)``: the mean of the last layer over each sentence's own tokens."""
        tokens = self._reader.tokens(passages)
        lengths = [len(t) for t in tokens]
        order = sorted(range(len(tokens)), key=lengths.__getitem__)
        out = np.zeros((len(tokens), self._width), dtype=np.float32)
        request = self._compiled.create_infer_request()
        done = 0
        for rows in batches(lengths, order, most=MOST_ROWS, tokens=TOKENS_PER_BATCH):
            # by place: an input that the encoder does not read is left out of the graph by name
            given = dict(zip(_INPUTS, padded([tokens[i] for i in rows]), strict=True))
            names = {n for port in self._compiled.inputs for n in port.get_names()}
            result = request.infer({n: v for n, v in given.items() if n in names})
            out[rows] = next(iter(result.values()))
            done += len(rows)
            progress(done)
        return out


@lru_cache(maxsize=2)
def pair_encoder(
    folder: Path, base: str, reading: Reading, key: str, precision: str
) -> PairEncoder:
    """As :class:`PairEncoder`, made once a process; ``key`` tells a newer one apart."""
    return PairEncoder(folder, base, reading, precision)


def graph(folder: Path, base: str) -> Path:
    """The graph ``(ids, mask, kinds, own) (n, t) → (n, width)`` of the encoder in ``folder``, made if
    it is not there: beside it, as confidential as the model is, or for a shipped model (in whose
    folder nothing is written) and its copies among the other converted encoders.
    """
    import openvino

    name = f"openvino-{openvino.__version__[:8]}-{GRAPH}"
    made = folder / name
    learned = digest(folder / files_of(base)[-1])
    if learned in {digest(f) for f in shipped("models").glob(f"*/{FOLDER}/{files_of(base)[-1]}")}:
        made = user_cache_path("precode", appauthor=False) / "encoders" / f"{learned}-{name}"
    path = made / "model.xml"
    if not path.is_file():
        with replacing_folder(made) as temporary:
            _made(folder, base, temporary / "model.xml")
    return path


def _made(folder: Path, base: str, path: Path) -> None:
    """:func:`_convert`, whose libraries' complaints about the files are one sentence."""
    from safetensors import SafetensorError

    try:
        _convert(folder, base, path)
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError
    ) as error:  # fmt: skip
        if isinstance(error, OSError) and error.errno:  # the disk's word (full, read-only)
            raise
        detail = " ".join(str(error).split())[:200]
        raise InputError(
            f"{folder.parent} is a damaged model: its adapted encoder does not fit ({detail})",
            mend="train it again: precode train",
        ) from error


def _convert(folder: Path, base: str, path: Path) -> None:
    import openvino

    try:
        import torch
        import transformers  # noqa: F401  what the network is built with

        from precode.model.finetune.network import encoder_in, lay_over, tells_segments
    except ImportError as error:
        raise needs_torch(error) from error

    encoder = encoder_in(find_weights(base).folder if base else folder).eval()
    if base:
        lay_over(encoder, folder / ADAPTER)
    segments = tells_segments(encoder.config)

    class Pooled(torch.nn.Module):
        def __init__(self, inner: torch.nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(
            self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor, own: torch.Tensor
        ) -> torch.Tensor:
            inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
            if segments:
                inputs["token_type_ids"] = kinds
            hidden = self.inner(**inputs).last_hidden_state
            share = own.unsqueeze(-1).to(hidden.dtype)
            return torch.as_tensor((hidden * share).sum(1) / share.sum(1))

    ones = torch.ones((2, 7), dtype=torch.int64)
    # tracing warns of Python branches (on shapes that do not change here) and of its own future
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = openvino.convert_model(
            Pooled(encoder),
            example_input=dict.fromkeys(_INPUTS, ones),
            input=[(name, [-1, -1]) for name in _INPUTS if segments or name != "kinds"],
        )
    openvino.save_model(made, path, compress_to_fp16=False)

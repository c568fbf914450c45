"""A Hugging Face encoder made into an OpenVINO graph, once per machine.

The only module that imports torch and transformers for pre-coding, and only when the converted
graph is not there yet: after that, pre-coding runs without them (MODELLING: 5 s of imports, and
three times the speed).
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from precode.errors import InputError
from precode.files.atomic import replacing_folder
from precode.files.offline import offline
from precode.model.runtime import core
from precode.model.weights import Weights

_MEND = 'download the encoder again, or set model = "minilm" under [encoder]'
CONVERTER = 1  # raise when the graph below changes: old conversions are then not used


def converted(weights: Weights, layers: tuple[int, ...], *, cache: Path) -> Path:
    """The graph ``(input_ids, attention_mask) (n, t) → (n, len(layers) · width)``: the mean over
    tokens of each hidden layer in ``layers`` (1 is the first), side by side.
    """
    import openvino

    name = f"{weights.sha256[:16]}-{'.'.join(map(str, layers))}-ov{openvino.__version__[:8]}-c{CONVERTER}"
    folder = cache / "encoders" / name
    path = folder / "model.xml"
    if not path.is_file():
        with replacing_folder(folder) as temporary:
            _convert(weights, layers, temporary / "model.xml")
    return path


def compiled(make: Callable[[], Path], precision: str, *, width: int) -> Any:
    """The graph that ``make`` gives the path of, compiled for this CPU, with ``width`` numbers to a
    row. A conversion that cannot be read is deleted and made once more.

    Raises :class:`InputError`, with the folder to delete, if that does not help either.
    """
    import openvino
    import openvino.properties.hint as hints

    kind = openvino.Type.bf16 if precision == "bf16" else openvino.Type.f32
    how = {
        hints.inference_precision: kind,
        hints.performance_mode: hints.PerformanceMode.LATENCY,
    }
    for once_more in (True, False):
        path = make()
        try:
            found = core().compile_model(path, "CPU", how)
            gives = found.output(0).get_partial_shape()[-1]
            if gives.is_dynamic or gives.get_length() == width:
                return found
            detail = f"it gives {gives.get_length()} numbers, not {width}"
        except RuntimeError as error:
            detail = " ".join(str(error).split())[-200:]
        if once_more:
            shutil.rmtree(path.parent, ignore_errors=True)
    raise InputError(
        f"the converted encoder in {path.parent} cannot be read: {detail}",
        mend="delete that folder, and run it again",
    )


def needs_torch(error: ImportError) -> InputError:
    """What is said where the libraries that convert an encoder are not installed."""
    return InputError(
        f"the encoder has to be converted once, which needs torch ({error})",
        mend="pip install torch transformers, and run it again",
    )


def _convert(weights: Weights, layers: tuple[int, ...], path: Path) -> None:
    offline()
    import openvino
    from safetensors import SafetensorError

    try:
        import torch
        from transformers import AutoModel
        from transformers.utils import logging
    except ImportError as error:
        raise needs_torch(error) from error

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        model, found = AutoModel.from_pretrained(
            weights.folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError
    ) as error:  # fmt: skip
        detail = " ".join(str(error).split())[:200]
        raise InputError(
            f"{weights.folder} is no encoder that works: {detail}", mend=_MEND
        ) from error
    # transformers would fill them with random numbers; the pooler is not used here
    missing = sorted(k for k in found["missing_keys"] if "pooler" not in k)
    if missing:
        raise InputError(
            f"{weights.folder / 'model.safetensors'} lacks {len(missing)} of the encoder's weights "
            f"({', '.join(missing[:3])} …)",
            mend=_MEND,
        )
    model = model.eval()

    class Pooled(torch.nn.Module):
        def __init__(self, inner: torch.nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            hidden = self.inner(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
            ).hidden_states
            mask = attention_mask.unsqueeze(-1).to(hidden[0].dtype)
            total = mask.sum(1).clamp(min=1)
            return torch.cat([(hidden[i] * mask).sum(1) / total for i in layers], dim=1)

    example = {
        "input_ids": torch.ones((2, 7), dtype=torch.int64),
        "attention_mask": torch.ones((2, 7), dtype=torch.int64),
    }
    # tracing warns of Python branches (on shapes that do not change here) and of its own future
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = openvino.convert_model(
            Pooled(model),
            example_input=example,
            input=[("input_ids", [-1, -1]), ("attention_mask", [-1, -1])],
        )
    openvino.save_model(graph, path, compress_to_fp16=False)

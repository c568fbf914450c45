"""A trained model on disk: numbers in safetensors, words in JSON, a card for people. No pickle.

``bundle.json`` names the hash of every other file and what the model was trained and validated
on; loading refuses a bundle in which any of it has changed. A shipped model that it starts from lies
in it whole, in ``prior/``: a newer one that is shipped later would be another model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from precode.codebook import Codebook
from precode.errors import InputError
from precode.files.atomic import replacing_folder
from precode.model.bundle import Bundle
from precode.model.calibration import Calibration
from precode.model.features import BLOCKS, READING, SHAPE, Scaling, Spec, weights
from precode.model.finetune.tuned import FOLDER as ENCODER
from precode.model.finetune.tuned import files_of, head_of, tensors_of, tuned_from
from precode.model.guarantee import HeldOutScores
from precode.model.heads import PolarityHead
from precode.model.solver import Linear
from precode.model.thresholds import LITTLE

# Formats: what reads only the former must not pass over the latter. 1 to 3 had other features.
PLAIN, TUNED, PRIOR = 4, 5, 6
# As much more is the format of each that decides by more than each score and its own threshold:
# ``least`` is not 0, or thresholds are not where exactly one code is given.
MORE = 3
PRIOR_FOLDER = "prior"
_HEAD, _FILES = "bundle.json", ("tensors.safetensors", "terms.json", "codebook.json")
_RETRAIN = "train it again: precode train"


def save(
    bundle: Bundle, folder: Path, card: str, *, beside: Mapping[str, bytes] | None = None
) -> str:
    """Write ``bundle`` to ``folder`` whole or not at all; returns its id. ``beside``: other files by
    name, which the model does not need and :func:`load` does not read.
    """
    from safetensors.numpy import save as dump

    used = bundle.scaling.idf > 0  # words of no training sentence carry nothing and stay out
    terms = [t for t, u in zip(bundle.terms, used, strict=True) if u]
    d = bundle.codes.weights.shape[0] - len(bundle.terms)
    keep = np.concatenate([np.ones(d, dtype=bool), used])
    tensors = {
        "idf": bundle.scaling.idf[used],
        "codes.weights": bundle.codes.weights[keep],
        "codes.intercept": bundle.codes.intercept,
        "thresholds": bundle.thresholds,
        **({"least": bundle.least} if bundle.least.any() else {}),
        "modelled": bundle.modelled,
        "calibration.slope": bundle.calibration.slope,
        "calibration.offset": bundle.calibration.offset,
        "polarity.slope": bundle.polarity_calibration.slope,
        "polarity.offset": bundle.polarity_calibration.offset,
        **{f"means.{b}": bundle.scaling.means[b] for b in BLOCKS},
    }
    if bundle.polarity is not None:
        tensors["polarity.weights"] = bundle.polarity.linear.weights[keep]
        tensors["polarity.intercept"] = bundle.polarity.linear.intercept
        tensors["polarity.codes"] = bundle.polarity.codes
        if bundle.prior is not None:
            tensors["polarity.lean"] = bundle.polarity.lean
    if bundle.prior is not None and READING in bundle.scaling.means:
        tensors[f"means.{READING}"] = bundle.scaling.means[READING]
    if bundle.tuned is not None:
        tensors |= tensors_of(bundle.tuned)
    if (held := bundle.held_out) is not None:
        tensors["held_out.sureness"] = held.sureness.astype(np.float32)
        tensors["held_out.truth"] = held.truth
        tensors["held_out.given"] = held.given
        tensors["held_out.transcript"] = held.transcript.astype(np.int32)
    contents = {
        "tensors.safetensors": dump({k: np.ascontiguousarray(v) for k, v in tensors.items()}),
        "terms.json": json.dumps(terms, ensure_ascii=False).encode(),
        "codebook.json": bundle.codebook.model_dump_json(by_alias=True, indent=1).encode(),
    }
    if bundle.tuned is not None:
        contents |= {
            f"{ENCODER}/{f}": (bundle.tuned.folder / f).read_bytes() for f in bundle.tuned.files
        }
    if bundle.prior is not None:
        contents |= _prior_files(bundle.prior)
    head = {
        "format": _format(bundle),
        "encoder": {"model": bundle.encoder_model, "key": bundle.encoder_key},
        "spec": asdict(bundle.scaling.spec),
        "calibrated": bundle.calibration.fitted,
        "polarity_calibrated": bundle.polarity_calibration.fitted,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
        "about": dict(bundle.about),
        **({} if bundle.tuned is None else {"tuned": head_of(bundle.tuned)}),
    }
    text = json.dumps(head, indent=1, ensure_ascii=False, sort_keys=True)
    with replacing_folder(folder) as temporary:
        for name, data in {**(beside or {}), **contents}.items():
            (temporary / name).parent.mkdir(exist_ok=True, parents=True)
            (temporary / name).write_bytes(data)
        (temporary / _HEAD).write_text(text, encoding="utf-8")
        (temporary / "README.md").write_text(card, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load(folder: Path) -> Bundle:
    """The bundle in ``folder``.

    Raises :class:`InputError` if it is none, of a newer format, or has a changed or broken file.
    """
    from safetensors import SafetensorError

    path = folder / _HEAD
    if not path.is_file():
        raise InputError(f"{folder} is not a model: it has no bundle.json", mend=_RETRAIN)
    try:
        text = path.read_text(encoding="utf-8")
        head = json.loads(text)
        if head["format"] not in range(PLAIN, PRIOR + MORE + 1):
            raise InputError(
                f"{folder} is a model of format {head['format']}; this precode reads "
                f"{PLAIN} to {PRIOR + MORE}",
                mend=_RETRAIN,
            )
        contents = {name: (folder / name).read_bytes() for name in _FILES}
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
        besides = [f"{PRIOR_FOLDER}/{_HEAD}"] * (_kind(head) == PRIOR)
        if _kind(head) != PLAIN and "tuned" in head:
            besides += [f"{ENCODER}/{f}" for f in files_of(head["tuned"]["base"])]
        for name in besides:
            with (folder / name).open("rb") as file:
                digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
        for name, digest in digests.items():
            if digest != head["files"][name]:
                raise InputError(
                    f"{folder / name} is not the file the model was saved with", mend=_RETRAIN
                )
        return _build(head, contents, folder, hashlib.sha256(text.encode()).hexdigest()[:16])
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, SafetensorError
    ) as error:  # fmt: skip
        lacks = "without " if isinstance(error, KeyError) else ""
        detail = lacks + " ".join(str(error).split())[:200]
        raise InputError(f"{folder} is a damaged model ({detail})", mend=_RETRAIN) from error


def _format(bundle: Bundle) -> int:
    among = bundle.codebook.choice == "one" and bundle.thresholds.any()
    more = MORE if bundle.least.any() or among else 0
    if bundle.prior is not None:
        return PRIOR + more
    return (PLAIN if bundle.tuned is None else TUNED) + more


def _kind(head: Mapping[str, Any]) -> int:
    """``PLAIN``, ``TUNED`` or ``PRIOR``."""
    told: int = head["format"]
    return told - MORE if told > PRIOR else told


def _prior_files(prior: Bundle) -> dict[str, bytes]:
    """The files of a shipped model, as they lie in its folder, by where they lie in this one."""
    assert prior.folder is not None  # it was loaded
    names = [_HEAD, *_FILES, "README.md"]
    if prior.tuned is not None:
        names += [f"{ENCODER}/{f}" for f in prior.tuned.files]
    return {f"{PRIOR_FOLDER}/{name}": (prior.folder / name).read_bytes() for name in names}


def _build(
    head: Mapping[str, Any], contents: Mapping[str, bytes], folder: Path, identity: str
) -> Bundle:
    """The bundle of these files. Any of the errors that :func:`load` catches if they do not fit."""
    from safetensors.numpy import load as undump

    codebook = Codebook.model_validate_json(contents["codebook.json"])
    terms = TypeAdapter(tuple[str, ...]).validate_json(contents["terms.json"], strict=True)
    if len(set(terms)) < len(terms):
        raise ValueError("terms.json holds a term twice")
    told = dict(head["spec"])
    spec = Spec(**{f.name: float(told[f.name]) for f in fields(Spec)})
    if asdict(spec) != told or not np.isfinite(list(asdict(spec).values())).all():
        raise ValueError(f"settings {head['spec']}")
    prior = load(folder / PRIOR_FOLDER) if _kind(head) == PRIOR else None
    t = undump(contents["tensors.safetensors"])
    told_by = prior if spec.prior else None
    expects = head["format"] > PRIOR and codebook.choice == "many"
    least = t["least"] if expects else np.zeros(len(codebook.leaves))
    _check(t, spec, len(terms), len(codebook.leaves), told_by)
    if expects:
        _check_least(least, t["modelled"] > 0)
    polarity = None
    if "polarity.weights" in t:
        linear = Linear(t["polarity.weights"], t["polarity.intercept"])
        polarity = PolarityHead(linear, t["polarity.codes"])
        if told_by is not None:
            polarity = replace(polarity, lean=t["polarity.lean"])
    slope, offset, fitted = t["calibration.slope"], t["calibration.offset"], head["calibrated"]
    polar = t["polarity.slope"], t["polarity.offset"], head["polarity_calibrated"] is True
    return Bundle(
        codebook,
        str(head["encoder"]["model"]),
        str(head["encoder"]["key"]),
        terms,
        Scaling(spec, {n[6:]: v for n, v in t.items() if n.startswith("means.")}, t["idf"]),
        Linear(t["codes.weights"], t["codes.intercept"]),
        t["thresholds"],
        least,
        Calibration(codebook.choice, slope, offset, fitted is True),
        polarity,
        Calibration("many", *polar),
        t["modelled"] > 0,
        dict(head["about"]),
        identity,
        _held_out(t),
        tuned_from(head["tuned"], t, folder, codes=len(codebook.leaves))
        if "tuned" in head and _kind(head) != PLAIN
        else None,
        prior,
        folder,
    )


def _check_least(least: npt.NDArray[Any], modelled: npt.NDArray[np.bool_]) -> None:
    """ValueError unless ``least`` is what can be expected of some of the codes that are ``modelled``."""
    if least.shape != modelled.shape:
        raise ValueError(f"least is {least.shape}, not {modelled.shape}")
    counts = least > 0
    if not counts.any() or (counts & ~modelled).any():
        raise ValueError("least is of codes that are not expected")
    if (least < 0).any() or len(np.unique(least[counts])) > 1 or least.max() < LITTLE:
        raise ValueError(f"least is {least}")


def _held_out(t: Mapping[str, npt.NDArray[Any]]) -> HeldOutScores | None:
    """None in models that were made before promises were, or with nothing held out."""
    if "held_out.sureness" not in t:
        return None
    return HeldOutScores(
        t["held_out.sureness"],
        t["held_out.truth"] > 0,
        t["held_out.given"] > 0,
        t["modelled"] > 0,
        t["held_out.transcript"],
    )


def _check(
    t: Mapping[str, npt.NDArray[np.generic]], spec: Spec, v: int, k: int, told_by: Bundle | None
) -> None:
    """ValueError unless all tensors of ``v`` terms and ``k`` codes are there, of the right shapes
    and finite; KeyError if one is missing. ``told_by``: the model that this one starts from.
    """
    (width,) = t["means.early"].shape
    dense = width * len(weights(spec)) + SHAPE
    if told_by is not None:
        read = 0 if told_by.tuned is None else told_by.tuned.heads.codes_weights.shape[0]
        dense += read + len(told_by.codebook.leaves)
    wanted: dict[str, tuple[int, ...]] = {
        **{f"means.{b}": (width,) for b in BLOCKS},
        "idf": (v,), "codes.weights": (dense + v, k), "codes.intercept": (k,), "thresholds": (k,),
        "modelled": (k,), "calibration.slope": (k,), "calibration.offset": (k,),
        "polarity.slope": (2,), "polarity.offset": (2,),
    }  # fmt: skip
    if any(name.startswith("polarity.") and name not in wanted for name in t):
        wanted |= {
            "polarity.weights": (dense + v, 2), "polarity.intercept": (2,), "polarity.codes": (k, 2)
        }  # fmt: skip
        if told_by is not None:
            wanted["polarity.lean"] = (2, 2)
    if told_by is not None:
        wanted[f"means.{READING}"] = (read,)
    if any(name.startswith("held_out.") for name in t):
        n = len(t["held_out.sureness"])
        wanted |= {f"held_out.{name}": (n, k) for name in ("sureness", "truth", "given")}
        wanted["held_out.transcript"] = (n,)
        if (
            t["held_out.transcript"].dtype.kind != "i"
            or np.min(t["held_out.transcript"], initial=0) < 0
        ):
            raise ValueError("held_out.transcript holds no numbers of transcripts")
    for name, shape in wanted.items():
        if t[name].shape != shape:
            raise ValueError(f"{name} is {t[name].shape}, not {shape}")
    for name, values in t.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds numbers that are not finite")

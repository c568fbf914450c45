"""What cross-validation said of every sentence a model was trained on, kept beside the model.

Reports need it sentence by sentence: errors by participant group, whose attributes may come later,
and counts, to which nothing may be added that was learned from the very sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from precode.model.validate import CALIBRATE_FROM, OutOfFold
from precode.steps.learnt.learning import Lesson
from precode.steps.opening import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FILE = "held_out.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """n sentences by k codes. ``truth (n, k)``: what people gave, as validation counts it; only
    rows that are ``gold (n,)`` were coded without a suggestion. ``p``, ``decision (n, k)`` and
    ``polarity (n, k, 2)`` (probabilities of barrier and facilitator) come from models that had
    not seen the row's transcript; ``p`` is NaN for codes that were not modelled. ``calibrated`` is
    False where it only ranks.
    """

    sentence_ids: tuple[str, ...]
    codes: tuple[str, ...]
    truth: Bools
    gold: Bools
    p: Floats
    decision: Bools
    polarity: Floats
    calibrated: bool


def held_out_of(study: Study, learned: Lesson, out: OutOfFold) -> HeldOut:
    """The record of a training."""
    data, k = learned.data, len(study.codebook.leaves)
    truth = learned.gold_y >= 0.5  # a comparison with NaN is False: such rows are not gold
    if study.codebook.choice == "one":
        best = np.nan_to_num(learned.gold_y).argmax(1)
        truth = np.arange(k) == best[:, None]
    p = out.p.astype(np.float64)
    p[:, ~learned.told] = np.nan
    c = out.polarity_calibration
    polarity = np.where(out.polarity == 0, 0.0, expit(out.polarity * c.slope + c.offset))
    folds = range(int(out.fold.max()) + 1)
    enough = all((data.gold & (out.fold != f)).sum() >= CALIBRATE_FROM for f in folds)
    return HeldOut(
        learned.ids,
        study.codebook.leaf_ids,
        truth,
        data.gold,
        p,
        out.decision & learned.told,
        polarity,
        out.nested and enough,
    )


def packed(record: HeldOut) -> bytes:
    """``record`` as safetensors: half precision, a few bytes a sentence and code."""
    from safetensors.numpy import save

    return save(
        {
            "sentence_ids": _bytes(record.sentence_ids),
            "codes": _bytes(record.codes),
            "truth": record.truth,
            "gold": record.gold,
            "p": record.p.astype(np.float16),
            "decision": record.decision,
            "polarity": record.polarity.astype(np.float16),
            "calibrated": np.array([record.calibrated]),
        }
    )


def unpacked(data: bytes) -> HeldOut:
    """What :func:`packed` packed. Raises :class:`ValueError` for anything else."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        t = load(data)
        ids, codes = _names(t["sentence_ids"]), _names(t["codes"])
        n, k = len(ids), len(codes)
        shapes = {"truth": (n, k), "gold": (n,), "p": (n, k), "decision": (n, k),
                  "polarity": (n, k, 2), "calibrated": (1,)}  # fmt: skip
        for name, shape in shapes.items():
            if t[name].shape != shape:
                raise ValueError(f"{name} is {t[name].shape}, not {shape}")
        return HeldOut(
            ids, codes, t["truth"].astype(bool), t["gold"].astype(bool),
            t["p"].astype(np.float64), t["decision"].astype(bool),
            t["polarity"].astype(np.float64), bool(t["calibrated"][0]),
        )  # fmt: skip
    except (KeyError, SafetensorError) as error:
        raise ValueError(f"no record of held-out predictions ({error})") from error


def read_held_out(folder: Path, codes: tuple[str, ...]) -> HeldOut | None:
    """The record beside the model in ``folder``, with the columns of ``codes``; None if there is
    none, or none that can be read, or the codes are others.
    """
    try:
        found = unpacked((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return found if found.codes == codes else None


def _bytes(names: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _names(data: npt.NDArray[np.generic]) -> tuple[str, ...]:
    text = data.tobytes().decode()
    return tuple(text.split("\n")) if text else ()

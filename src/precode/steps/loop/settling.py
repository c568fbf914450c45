"""How much the machine's codes still move from one model to the next: kept in the study's log, so
that rules for stopping can be looked at, and replayed, from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from precode.audit.stopping import changed, kappa_between
from precode.steps.loop.relearn import Ranking
from precode.steps.opening import Study

VERB = "learned"


def log_learned(study: Study, before: Ranking | None, after: Ranking) -> None:
    """Note in the log that the review goes on with a new model, and how far it differs from the
    one before: Cohen's kappa over all (sentence, code) decisions on the stop set and over those of
    each code, and the share of its sentences whose codes changed. None of them for the first model.
    """
    detail: dict[str, object] = {"model": after.model, "last_event": after.last_event}
    if before is not None and before.model and after.model and before.stop_set == after.stop_set:
        old = decisions(before.given, after.stop_set, study.codebook.leaf_ids)
        new = decisions(after.given, after.stop_set, study.codebook.leaf_ids)
        detail |= {
            "kappa": round(kappa_between(old, new), 4) if old.size else 1.0,
            "changed": round(changed(old, new), 4),
            "codes": {
                code: round(kappa_between(old[:, [j]], new[:, [j]]), 4)
                for j, code in enumerate(study.codebook.leaf_ids)
            },
        }
    study.store.log(VERB, **detail)


def moves(study: Study) -> dict[str, float]:
    """Code → kappa between the last two models that a review learned; empty before there were two."""
    out: dict[str, float] = {}
    for entry in study.store.logged():
        detail = entry["detail"]
        if entry["verb"] == VERB and isinstance(detail, dict) and "codes" in detail:
            out = {code: float(k) for code, k in detail["codes"].items()}
    return {code: out[code] for code in study.codebook.leaf_ids if code in out}


def decisions(
    given: Mapping[str, Sequence[str]], ids: Sequence[str], codes: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """``(n, k)``: which of ``codes`` each of the sentences ``ids`` was given. Others, which an older
    model may know from a codebook since changed, are left out.
    """
    out = np.zeros((len(ids), len(codes)), dtype=bool)
    column = {code: j for j, code in enumerate(codes)}
    for i, sentence_id in enumerate(ids):
        for code in given.get(sentence_id, ()):
            if code in column:
                out[i, column[code]] = True
    return out

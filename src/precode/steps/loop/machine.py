"""The machine that figures are about: the newest of a run and of what a review has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from precode.steps.loop.relearn import newest
from precode.steps.opening import Study
from precode.steps.predict import latest_run
from precode.study.runs import runs


@dataclass(frozen=True, slots=True)
class Machine:
    """Codes by sentence id; ``gives``: to which share of the unread sentences it gives each code."""

    name: str
    given: Mapping[str, Sequence[str]]
    gives: npt.NDArray[np.float64]


def machine_of(study: Study, read: set[str]) -> Machine | None:
    """The newest of the run and what a review has learned; None if there is neither."""
    ranking = newest(study.folder)
    run = latest_run(study) if runs(study.folder.runs) else None
    codes = study.codebook.leaf_ids
    if run is not None and (
        ranking is None or not ranking.model or str(run[0].about["made_at"]) > ranking.made_at
    ):
        found = run[1]
        new = np.array([i not in read for i in found.sentence_ids], dtype=bool)
        shares = found.decision[new].mean(0) if new.any() else np.zeros(len(found.codes))
        share_of = dict(zip(found.codes, shares.tolist(), strict=True))
        names = np.array(found.codes)
        audit = set(study.store.audit_sample())
        given = {
            i: tuple(names[row].tolist())
            for i, row in zip(found.sentence_ids, found.decision, strict=True)
            if i in audit
        }
        # by name: the codebook may have changed since
        gives = np.array([share_of.get(c, 0.0) for c in codes], dtype=np.float64)
        return Machine(f"run {run[0].id}", given, gives)
    if ranking is None or not ranking.model:
        return None
    shares = [ranking.gives.get(c, 0) / max(ranking.pool, 1) for c in codes]
    made = f"{ranking.made_at[:16].replace('T', ' ')} UTC"
    name = "the model learned in review" if ranking.own else "the starter model, as of"
    return Machine(f"{name} {made}", ranking.given, np.array(shares))

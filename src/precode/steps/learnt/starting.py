"""The shipped starter model in a study: what pre-codes before anybody has coded, and what the
team's own model starts from afterwards.
"""

from __future__ import annotations

from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.bundle_files import load
from precode.model.training import counterparts
from precode.resources import starters
from precode.steps.learnt.embedding import key_of
from precode.steps.opening import Study

FEWEST = 2  # codes that it knows; of one alone, it tells too little to be worth reading everything


def starter_of(study: Study) -> Bundle | None:
    """The shipped starter that has this study's codes, and whose encoder is at hand."""
    return next((b for b in _at_hand() if b.codebook.leaf_ids == study.codebook.leaf_ids), None)


def prior_of(study: Study) -> Bundle | None:
    """The shipped starter that the study's own model starts from: one that knows some of its codes, or
    at least reads sentences in their talk with an encoder of its own. None where there is none, or
    the study's settings want none.
    """
    if not study.settings.train.starter:
        return None
    for bundle in _at_hand():
        known = (counterparts(study.codebook, bundle.codebook) >= 0).sum()
        if known >= FEWEST or bundle.tuned is not None:
            return bundle
    return None


def _at_hand() -> list[Bundle]:
    """Shipped starters whose own encoder is here, and unchanged. The study's may be another one:
    each reads with its own.
    """
    out = []
    for folder in starters().values():
        try:
            bundle = load(folder)
            precision = bundle.encoder_key.rpartition("-")[2]
            if key_of(bundle.encoder_model, precision) == bundle.encoder_key:
                out.append(bundle)
        except InputError:  # a study's own codes can do without it; `precode doctor` says why
            continue
    return out

"""The shipped starter model in a study: what pre-codes before anybody has coded, and what the
team's own model starts from afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.training import counterparts
from precode.resources import starters
from precode.steps.learnt.embedding import key_of
from precode.steps.models import load_starter
from precode.steps.opening import Study

FEWEST = 2  # codes that it knows; of one alone, it tells too little to be worth reading everything


def starter_of(study: Study) -> Bundle | None:
    """The shipped starter that has this study's codes, and whose encoder is at hand."""
    return next(
        (b for b in _at_hand(study) if b.codebook.leaf_ids == study.codebook.leaf_ids), None
    )


def prior_of(study: Study) -> Bundle | None:
    """The shipped starter that the study's own model starts from: one that knows some of its codes, or
    at least reads sentences in their talk with an encoder of its own. None where there is none, or
    the study's settings want none.
    """
    if not study.settings.train.starter:
        return None
    for bundle in _at_hand(study):
        known = (counterparts(study.codebook, bundle.codebook) >= 0).sum()
        if known >= FEWEST or bundle.tuned is not None:
            return bundle
    return None


def _at_hand(study: Study) -> Iterator[Bundle]:
    """The starter that the study names, or all whose own encoder is here, and unchanged. The study's
    may be another one: each reads with its own. Raises :class:`InputError` if the one that is named
    cannot be used.
    """
    named = study.settings.train.starter
    if isinstance(named, str):
        known = starters()
        if named not in known:
            raise InputError(
                f"[train] starter = {named!r} in precode.toml: no starter of that name comes with precode",
                mend=f"write {', '.join(map(repr, known))}, true or false",
            )
        bundle = load_starter(known[named])
        if not _as_it_was(bundle):
            raise InputError(f"the encoder of the starter {named!r} is another one here",
                             mend="reinstall precode")  # fmt: skip
        yield bundle
        return
    for folder in starters().values():
        try:
            bundle = load_starter(folder)
            if _as_it_was(bundle):
                yield bundle
        except InputError:  # a study's own codes can do without it; `precode doctor` says why
            continue


def _as_it_was(bundle: Bundle) -> bool:
    """Whether the encoder as it comes is the one that ``bundle`` learned with."""
    return key_of(bundle.encoder_model, bundle.encoder_key.rpartition("-")[2]) == bundle.encoder_key

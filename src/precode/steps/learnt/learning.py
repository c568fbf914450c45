"""What a model learns from: the human codes of a study as arrays, and a bundle made of them.

``train`` and the background of ``review`` learn alike. Neither learns from the audit sample, unless
the team has released it: what was learned from cannot tell how good the machine is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

import precode
from precode.codings.targets import Targets, targets
from precode.domain import HumanCodes, Sentence
from precode.errors import TooLittleError, UsageError
from precode.model.bundle import Bundle
from precode.model.features import measure, vocabulary
from precode.model.lending import with_lent
from precode.model.passages import passages
from precode.model.train import fit_bundle
from precode.model.training import Training, counterparts, domains_of
from precode.model.validate import SPECS, OutOfFold
from precode.steps.learnt.embedding import embedding, embedding_of, key_of
from precode.steps.learnt.starting import prior_of
from precode.steps.opening import Progress, Study
from precode.steps.uncounted import uncounted
from precode.study.store import now


@dataclass(frozen=True, slots=True)
class Lesson:
    """Coded sentences, ready to be learned from.

    ``rows`` are the targets of all that ``coders`` have read outside the audit sample; ``use`` the
    rows of it that ``data`` holds, in its order; ``gold_y`` their targets by readings without a
    suggestion in view. ``modelled (k,)``: codes with enough examples. ``ids`` names ``data``'s rows.
    ``prior``: the shipped model that it starts from; ``lent (k,)``: codes with too few examples, of
    which its word stands.
    """

    sentences: tuple[Sentence, ...]
    human: HumanCodes
    coders: tuple[str, ...]
    rows: Targets
    data: Training
    gold_y: npt.NDArray[np.float64]
    terms: tuple[str, ...]
    modelled: npt.NDArray[np.bool_]
    lent: npt.NDArray[np.bool_]
    ids: tuple[str, ...] = ()
    prior: Bundle | None = None

    @property
    def told(self) -> npt.NDArray[np.bool_]:
        """``(k,)``: the codes of which the model says anything."""
        return self.modelled | self.lent


def held_back(study: Study) -> frozenset[str]:
    """Ids of the audit sample's sentences; none once the team has released it."""
    if study.settings.audit.released:
        return frozenset()
    return frozenset(study.store.audit_sample())


def lesson(
    study: Study,
    *,
    coders: tuple[str, ...] = (),
    with_audit: bool = False,
    starter: bool = True,
    progress: Progress,
) -> Lesson:
    """What ``coders`` (default: all) have coded, with features. ``with_audit`` takes the audit
    sample as well: only for a replay, whose model nobody uses. Without ``starter`` no shipped model
    is asked, whatever the study's settings say.

    Raises :class:`TooLittleError` if no code has enough examples, :class:`UsageError` for a coder
    whom nobody knows.
    """
    sentences = study.store.sentences()
    human = study.human_codes(sentences)
    wanted = _coders(study, sentences, human, coders)
    kept_back = frozenset() if with_audit else held_back(study)
    open_to_it = [s for s in sentences if s.id not in kept_back]
    rows = targets(human, open_to_it, study.codebook, coders=wanted)
    gold = targets(human, open_to_it, study.codebook, coders=wanted, include_assisted=False)
    modelled = _modelled(study, rows)
    prior = prior_of(study) if starter else None
    data, terms, use = _training(study, sentences, rows, gold, modelled, prior, progress)
    ids = tuple(rows.sentence_ids[i] for i in use)
    none = np.zeros_like(modelled)
    return Lesson(
        sentences, human, wanted, rows, data, gold.y[use], terms, modelled, none, ids, prior
    )


def borrowing(
    study: Study, learned: Lesson, out: OutOfFold | None
) -> tuple[Lesson, OutOfFold | None]:
    """``learned`` and its validation ``out``, in which codes with too few examples are lent by the
    starter: if it has the very same code, and validation did not do without it.
    """
    prior = learned.prior
    weight = (SPECS[0] if out is None else out.spec).prior
    if prior is None or not weight or study.codebook.choice != "many":
        return learned, out
    theirs = dict(zip(prior.codebook.leaf_ids, prior.modelled.tolist(), strict=True))
    known = np.array([theirs.get(code, False) for code in study.codebook.leaf_ids])
    lent = known & ~learned.modelled
    return replace(learned, lent=lent), out and with_lent(learned.data, out, lent)


def enough_to_learn(study: Study, sentences: tuple[Sentence, ...], human: HumanCodes) -> bool:
    """Whether ``train`` has what it asks for: codes with enough examples, outside the audit sample."""
    kept_back = held_back(study)
    rows = targets(human, [s for s in sentences if s.id not in kept_back], study.codebook)
    try:
        _modelled(study, rows)
    except TooLittleError:
        return False
    return True


def bundle_of(
    study: Study, learned: Lesson, out: OutOfFold | None, *, about: Mapping[str, object]
) -> Bundle:
    """The model of ``learned``, on all of its rows, as validation ``out`` chose. ``about`` adds to
    what the bundle says of itself.
    """
    encoder, book = study.settings.encoder, study.codebook
    return fit_bundle(
        learned.data,
        out,
        codebook=book,
        terms=learned.terms,
        encoder_model=encoder.model,
        encoder_key=key_of(encoder.model, encoder.precision),
        modelled=learned.modelled,
        about={
            "made_at": now(),
            "precode": precode.__version__,
            "study": study.settings.study.title,
            "behaviour": study.settings.study.behaviour,
            "unit": study.settings.transcripts.unit,
            "codebook": {"name": book.name, "version": book.version, "hash": book.hash},
            "coders": list(learned.coders),
            "seed": study.settings.train.seed,
            "last_event": study.store.last_event(),
            **about,
        },
        prior=learned.prior,
        lent=learned.lent,
    )


def _coders(
    study: Study, sentences: tuple[Sentence, ...], human: HumanCodes, wanted: tuple[str, ...]
) -> tuple[str, ...]:
    known = sorted({coder for _, coder in human.read})
    if not known and (idle := uncounted(study, sentences, study.store.events())):
        raise TooLittleError(idle.what, mend=idle.mend)
    unknown = [c for c in wanted if c not in known]
    if unknown:
        raise UsageError(
            f"nobody called {', '.join(map(repr, unknown))} has coded",
            mend=f"coders: {', '.join(known) or 'none yet'}",
        )
    if not known:
        raise TooLittleError(
            "nobody has coded anything in this study yet",
            mend="read your codings: precode codes codings.csv; or begin: precode review --coder YOU",
        )
    return wanted or tuple(known)


def _modelled(study: Study, rows: Targets) -> npt.NDArray[np.bool_]:
    """``(k,)``: codes with enough examples and enough sentences without them."""
    given = (rows.y >= 0.5) & rows.known[:, None]
    positive = given.sum(0)
    negative = rows.known.sum() - positive
    least = study.settings.train.min_positives
    modelled = (positive >= least) & (negative >= least)
    if study.codebook.choice == "one":
        modelled = positive > 0
    enough = modelled.sum() >= (2 if study.codebook.choice == "one" else 1)
    if not enough:
        counts = ", ".join(
            f"{leaf.label} {n}" for leaf, n in zip(study.codebook.leaves, positive, strict=True)
        )
        if (positive >= least).any():
            raise TooLittleError(
                f"every sentence read carries the same code ({counts}): nothing to tell it from",
                mend="declare transcripts that were read to the end: precode codes --complete NAME",
            )
        raise TooLittleError(
            f"no code has {least} coded sentences yet ({counts})",
            mend="code more: precode codes codings.csv, or precode review --coder YOU",
        )
    return np.asarray(modelled)


def _training(
    study: Study,
    sentences: tuple[Sentence, ...],
    rows: Targets,
    gold: Targets,
    modelled: npt.NDArray[np.bool_],
    prior: Bundle | None,
    progress: Progress,
) -> tuple[Training, tuple[str, ...], list[int]]:
    """Features and targets of the sentences that the coders have read, and their rows in ``rows``."""
    everything = passages(sentences, study.store.turns(), behaviour=study.settings.study.behaviour)
    by_id = {p.id: p for p in everything}
    use = [i for i, s in enumerate(rows.sentence_ids) if rows.known[i] and s in by_id]
    chosen = [by_id[rows.sentence_ids[i]] for i in use]
    terms = vocabulary([p.text for p in chosen])
    encoder = study.settings.encoder
    with embedding(
        encoder.model, encoder.precision, cache=study.folder.cache, progress=progress
    ) as embed:
        raw = measure(chosen, terms, embed)
    like = None
    if prior is not None:
        like = counterparts(study.codebook, prior.codebook)
        with embedding_of(prior, cache=study.folder.cache, progress=progress) as embed:
            raw = replace(raw, prior=prior.as_prior(chosen, embed, like))
    y = np.where(modelled, rows.y[use], 0.0)
    polarity = np.where(modelled[:, None], rows.polarity[use], np.nan)
    applies = np.array([leaf.polarity for leaf in study.codebook.leaves])
    polarity[:, ~applies] = np.nan
    groups = np.array([p.id.partition(":")[0] for p in chosen])
    gold_y = np.where(modelled, gold.y[use], 0.0)
    choice = study.codebook.choice
    data = Training(
        raw, y, polarity, groups, gold.known[use], choice, gold_y,
        domains=domains_of(study.codebook), like=like,
    )  # fmt: skip
    return data, terms, use

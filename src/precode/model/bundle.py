"""A trained model: what it says of passages. How it lies on disk: ``bundle_files``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from precode.codebook import Codebook
from precode.errors import InputError
from precode.model.calibration import Calibration
from precode.model.features import Embed, Prior, Raw, Scaling, measure
from precode.model.finetune.tuned import ReadPassages, ReadsPassages, Tuned, reader_of
from precode.model.guarantee import Guarantee, HeldOutScores
from precode.model.heads import PolarityHead
from precode.model.passages import Passage
from precode.model.predictions import Predictions, polarities, verdicts
from precode.model.solver import Linear
from precode.model.thresholds import decide, margins
from precode.model.training import counterparts, lean_of

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.intp]

CHUNK = 20_000  # passages featurised at once: about 250 MB
MOST_SURE = 6.0  # log-odds: of a model that starts from it nobody should be surer than that


@runtime_checkable
class ReadsForPrior(Protocol):
    """An ``embed`` that also has the one of the model that this one starts from."""

    @property
    def prior(self) -> Embed:
        """The encoder of the shipped model."""
        ...


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that is needed to pre-code. ``about`` is what it was trained and validated on.

    ``modelled (k,)`` is False for codes that had too few examples: they are never given, and their
    probability is NaN, not 0. ``tuned``: an encoder adapted to the codes, whose scores are added.
    ``prior``: the shipped model whose scores this one starts from. ``least (k,)``: codes are given to a
    sentence of which as many are expected; 0 for one that neither needs nor counts. ``folder``: where
    it was loaded.
    """

    codebook: Codebook
    encoder_model: str
    encoder_key: str
    terms: tuple[str, ...]
    scaling: Scaling
    codes: Linear
    thresholds: npt.NDArray[np.floating]
    least: npt.NDArray[np.floating]
    calibration: Calibration
    polarity: PolarityHead | None
    polarity_calibration: Calibration
    modelled: npt.NDArray[np.bool_]
    about: Mapping[str, object]
    id: str = ""
    held_out: HeldOutScores | None = None
    tuned: Tuned | None = None
    prior: Bundle | None = None
    folder: Path | None = None

    def predict(
        self,
        passages: Sequence[Passage],
        embed: Embed,
        *,
        accept: float,
        guarantee: Guarantee | None = None,
    ) -> Predictions:
        """Pre-code ``passages``; ``embed`` must be the encoder named ``encoder_key``. Verdicts keep
        ``guarantee`` where there is one, of this very model.

        Raises :class:`InputError` if a score is no number: a person must not be shown empty cells.
        """
        scores, log_odds = self.scores(passages, embed)
        self._sound(scores, log_odds)
        p = self.calibration(scores)
        p[:, ~self.modelled] = np.nan
        decision = self.given(scores)
        polarity_p = np.zeros_like(log_odds)
        if self.polarity is not None:
            c = self.polarity_calibration
            polarity_p = np.asarray(expit(log_odds * c.slope + c.offset))
        applies = np.array([leaf.polarity for leaf in self.codebook.leaves])
        verdict, accepted = None, None
        if guarantee is not None:
            sureness = self.calibration.log_odds(scores)
            accepted = guarantee.accepted(sureness, decision) if guarantee.precise else None
            verdict = guarantee.verdicts(
                p, sureness, decision,
                accept=accept, calibrated=self.calibration.fitted, choice=self.codebook.choice,
            )  # fmt: skip
        return Predictions(
            tuple(q.id for q in passages),
            self.codebook.leaf_ids,
            p,
            decision,
            polarities(polarity_p, applies),
            polarity_p,
            verdict or verdicts(p, decision, accept=accept, calibrated=self.calibration.fitted),
            self.id,
            self.calibration.fitted,
            margin=np.where(self.modelled, margins(scores, self.thresholds, p, self.least), np.nan),
            accepted=accepted,
        )

    def given(self, scores: Floats) -> npt.NDArray[np.bool_]:
        """``(n, k)``: the codes that these log-odds give."""
        p, choice = self.calibration(scores), self.codebook.choice
        given = decide(scores, self.thresholds, choice=choice, p=p, least=self.least)
        return given & self.modelled

    def scores(self, passages: Sequence[Passage], embed: Embed) -> tuple[Floats, Floats]:
        """Log-odds ``(n, k)`` of the codes and ``(n, k, 2)`` of the polarities, 0 without a head."""
        return self._read(passages, embed)[:2]

    def _read(self, passages: Sequence[Passage], embed: Embed) -> tuple[Floats, Floats, Floats]:
        """:meth:`scores`, and the ``(n, h)`` vectors of the adapted encoder; h is 0 without one."""
        with np.errstate(all="ignore"):  # what is not finite is refused in words, by _sound
            parts = [
                self._read_some(passages[at : at + CHUNK], embed)
                for at in range(0, max(len(passages), 1), CHUNK)
            ]
        codes, polarity, vectors = (np.concatenate(p) for p in zip(*parts, strict=True))
        return codes, polarity, vectors

    def _read_some(
        self, passages: Sequence[Passage], embed: Embed
    ) -> tuple[Floats, Floats, Floats]:
        raw = self.with_prior(measure(passages, self.terms, embed), passages, embed)
        x = self.scaling.apply(raw)
        codes = self.codes.scores(x)
        polarity: Floats = np.zeros((len(passages), len(self.codebook.leaves), 2))
        if self.polarity is not None:
            polarity = self.polarity.scores(x, lean_of(raw, self.scaling.spec))
        if self.tuned is None:
            return codes, polarity, np.zeros((len(passages), 0))
        vectors = self.reader(embed)(passages)
        codes, lean = self.tuned.blend(vectors, codes, polarity)
        return codes, polarity if self.polarity is None else lean, vectors

    def reader(self, embed: Embed) -> ReadPassages:
        """Passages as the adapted encoder reads them; only of a model that has one."""
        assert self.tuned is not None
        return embed.passages if isinstance(embed, ReadsPassages) else reader_of(self.tuned)

    def with_prior(self, raw: Raw, passages: Sequence[Passage], embed: Embed) -> Raw:
        """``raw`` features of ``passages``, with what :attr:`prior` says of them."""
        if self.prior is None or not self.scaling.spec.prior:
            return raw
        inner = embed.prior if isinstance(embed, ReadsForPrior) else embed
        like = counterparts(self.codebook, self.prior.codebook)
        return replace(raw, prior=self.prior.as_prior(passages, inner, like))

    def as_prior(self, passages: Sequence[Passage], embed: Embed, like: Ints) -> Prior:
        """What this model says of ``passages``, for one that starts from it, whose codes are ``like``
        this one's (see :func:`precode.model.training.counterparts`).
        """
        scores, polarity, vectors = self._read(passages, embed)
        self._sound(scores, polarity)  # clipped below, infinity would pass for being sure
        side = self.polarity_calibration
        lean = np.clip(polarity * side.slope + side.offset, -MOST_SURE, MOST_SURE)
        by_code = lean[:, np.maximum(like, 0)]
        # of a code that this model does not have it knows at least how the sentence leans
        by_code[:, like < 0] = lean.mean(1, keepdims=True)
        sure = np.clip(self.calibration.log_odds(scores), -MOST_SURE, MOST_SURE)
        # of codes that nobody asks for its word is no help: on NHS comments it cost .02 with 500 rows
        sure[:, ~np.isin(np.arange(sure.shape[1]), like)] = 0
        cuts = np.clip(self.calibration.log_odds(self.thresholds[None])[0], -MOST_SURE, MOST_SURE)
        return Prior(sure, by_code, cuts, vectors)

    def _sound(self, scores: Floats, log_odds: Floats) -> None:
        """InputError unless what it says of the codes that it models is finite."""
        at = self.modelled
        if not (np.isfinite(scores[:, at]).all() and np.isfinite(log_odds[:, at]).all()):
            raise InputError(
                f"{self.folder or 'the model'} is a damaged model: it gives scores that are not finite",
                mend="train it again: precode train",
            )

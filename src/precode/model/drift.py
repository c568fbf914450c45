"""How unlike the talk that a model was trained on new talk is, sentence by sentence.

A sentence's embedding, less the mean of the training sentences, is split into the part that lies in
the directions along which the training sentences vary most, and the rest. It is *strange* if the
rest is a large share of it (the training talk never varied that way), or if it reaches far along
those directions (Mahalanobis distance). Nearest training sentences, nearest centroids and either part
alone were tried too: both together told other talk from held-out talk best where few transcripts
are coded, and keep no sentence.

The bar is set out of fold, by transcript: of sentences of transcripts that the directions have not
seen, :data:`NOMINAL` are stranger. How far that share differs between transcripts of the same kind
is kept too, and so is how their mean strangeness does, so that a transcript is called unlike only
where chance would hardly make it so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from precode.model.features import MIN_DF

Floats = npt.NDArray[np.floating]

NOMINAL = 0.05  # of familiar sentences, the share above the bar
AXES = 64  # directions kept, of both layers together
SENTENCES_AN_AXIS = 4  # fewer, and the directions would be those of single sentences
FEWEST_TRANSCRIPTS = 4
FEWEST_SENTENCES = 40
LEAST_SPREAD = 0.01  # between transcripts: a few of them may be alike by chance
RARE = 0.01  # chance of a share as high, below which a transcript is unlike
WORTH_SAYING = 2 * NOMINAL  # a smaller share is not worth a warning, however sure
_TINY = 1e-6
LEAST_WORDS = 50  # of a transcript, to judge its vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Familiar:
    """The talk a model was trained on, as far as strangeness needs it.

    ``mean (d,)`` of the embeddings, ``axes (r, d)`` orthonormal, ``variance (r,)`` along them,
    ``bar`` the strangeness that
    :data:`NOMINAL` of held-out sentences pass, ``spread`` the correlation of passing it within a
    transcript. ``level``: mean strangeness of held-out transcripts, its variance between them and
    within them, and their number. ``words``: mean share of words that the vocabulary lacks in
    held-out transcripts, and its standard deviation between them.
    """

    mean: Floats
    axes: Floats
    variance: Floats
    bar: float
    spread: float
    level: tuple[float, float, float, float]
    words: tuple[float, float]

    def strangeness(self, vectors: Floats) -> Floats:
        """``(n,)`` for embeddings ``(n, d)``; higher is stranger, and only the order means
        something: log of Mahalanobis distance along the axes, plus twice the log of the share of
        squared length off them.
        """
        away = np.asarray(vectors, dtype=np.float64) - self.mean
        along = (away @ self.axes.T) ** 2
        whole = np.maximum((away**2).sum(1), _TINY)
        off = np.clip(1 - along.sum(1) / whole, _TINY, 1)
        distance = np.maximum((along / self.variance).sum(1), _TINY)
        return np.asarray(np.log(distance) / 2 + 2 * np.log(off))

    def unlike(self, strangeness: Floats) -> bool:
        """Whether sentences of one transcript ``(n,)`` are hardly familiar talk: too many of them
        pass the bar, or they are stranger on the whole.
        """
        return len(strangeness) > 0 and (self._many(strangeness) or self._all(strangeness))

    def _many(self, strangeness: Floats) -> bool:
        from scipy.stats import betabinom

        n, strange = len(strangeness), int((strangeness > self.bar).sum())
        if strange < WORTH_SAYING * n:
            return False
        rho = max(self.spread, LEAST_SPREAD)
        both = 1 / rho - 1
        chance = betabinom.sf(strange - 1, n, NOMINAL * both, (1 - NOMINAL) * both)
        return bool(chance < RARE)

    def _all(self, strangeness: Floats) -> bool:
        """Student's prediction limit for the mean of a new transcript."""
        from scipy.special import stdtrit

        mean, between, within, count = self.level
        deviation = np.sqrt(between * (1 + 1 / count) + within / len(strangeness))
        return bool(strangeness.mean() > mean + stdtrit(count - 1, 1 - RARE) * deviation)

    def new_words(self, unknown: int, words: int) -> bool:
        """Whether ``unknown`` of ``words`` are more than familiar transcripts ever lacked."""
        mean, deviation = self.words
        return words >= LEAST_WORDS and unknown / words > mean + max(3 * deviation, 0.05)


def fit_familiar(
    vectors: Floats,
    words: Sequence[Collection[str]],
    groups: npt.NDArray[np.str_],
    fold: npt.NDArray[np.intp],
) -> Familiar | None:
    """From training embeddings ``(n, d)``, the words of each sentence, its transcript and the fold
    that held it out ``(n,)``. A word that fewer than :data:`MIN_DF` sentences have is not known.

    None with too few transcripts or sentences to hold any out.
    """
    n, count = len(vectors), len(np.unique(groups))
    if count < FEWEST_TRANSCRIPTS or n < FEWEST_SENTENCES:
        return None
    folds = np.unique(fold)
    smallest = n - max(int((fold == f).sum()) for f in folds)
    axes = max(1, min(AXES, smallest // SENTENCES_AN_AXIS, vectors.shape[1] - 1))
    strangeness = np.zeros(n)
    everywhere = Counter(w for said in words for w in set(said))
    unknown, spoken = np.zeros(n), np.array([len(w) for w in words], dtype=np.float64)
    for f in folds:
        rest, held = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
        strangeness[held] = _space(vectors[rest], axes).strangeness(vectors[held])
        here = Counter(w for i in held.tolist() for w in set(words[i]))
        unknown[held] = [
            sum(everywhere[w] - here[w] < MIN_DF for w in words[i]) for i in held.tolist()
        ]
    bar = float(np.quantile(strangeness, 1 - NOMINAL))
    space = _space(vectors, axes)
    return Familiar(
        space.mean,
        space.axes,
        space.variance,
        bar,
        _spread(strangeness > bar, groups),
        _level(strangeness, groups),
        _between(unknown, spoken, groups),
    )


def _space(vectors: Floats, axes: int) -> Familiar:
    """Mean and first ``axes`` principal directions, as half-precision numbers: what is stored."""
    from scipy.linalg import eigh

    x = np.asarray(vectors, dtype=np.float64)
    mean = x.mean(0).astype(np.float16).astype(np.float64)
    away = x - mean
    d = x.shape[1]
    squares, directions = eigh(away.T @ away, subset_by_index=(d - axes, d - 1))  # ascending
    kept = directions[:, ::-1][:, :axes].T.astype(np.float16).astype(np.float64)
    variance = np.maximum(squares[::-1][:axes] / len(x), _TINY)
    return Familiar(mean, kept, variance, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0), (0.0, 0.0))


def _spread(passed: npt.NDArray[np.bool_], groups: npt.NDArray[np.str_]) -> float:
    """Correlation within transcripts of passing the bar, by moments (Kleinman 1973, doi
    10.1080/01621459.1973.10481332), 0 to 0.9.
    """
    _, place = np.unique(groups, return_inverse=True)
    m = np.bincount(place).astype(np.float64)
    shares = np.bincount(place, weights=passed) / m
    p, k = passed.mean(), len(m)
    chance = p * (1 - p)
    if chance == 0:
        return 0.0
    moment = (m * (shares - p) ** 2).sum() - chance * (k - 1)
    rho = moment / (chance * max(m.sum() - (m**2).sum() / m.sum() - (k - 1), 1e-9))
    return float(np.clip(rho, 0.0, 0.9))


def _level(strangeness: Floats, groups: npt.NDArray[np.str_]) -> tuple[float, float, float, float]:
    """Mean over transcripts, variance between and within them (one-way analysis of variance, by
    moments), and their number.
    """
    _, place = np.unique(groups, return_inverse=True)
    m = np.bincount(place).astype(np.float64)
    means = np.bincount(place, weights=strangeness) / m
    within = float(((strangeness - means[place]) ** 2).sum() / max(len(strangeness) - len(m), 1))
    between = max(float(means.var(ddof=1)) - within * float((1 / m).mean()), 0.0)
    return float(means.mean()), between, within, float(len(m))


def _between(unknown: Floats, spoken: Floats, groups: npt.NDArray[np.str_]) -> tuple[float, float]:
    """Mean share of unknown words, and its standard deviation between transcripts."""
    _, place = np.unique(groups, return_inverse=True)
    total = np.bincount(place, weights=spoken)
    lacking = np.bincount(place, weights=unknown)
    enough = total >= LEAST_WORDS
    if enough.sum() < FEWEST_TRANSCRIPTS:
        return float(lacking.sum() / max(total.sum(), 1)), 1.0  # nothing is called unlike by it
    shares = lacking[enough] / total[enough]
    return float(lacking[enough].sum() / total[enough].sum()), float(shares.std(ddof=1))


def packed(familiar: Familiar) -> bytes:
    """As safetensors: half precision, about 100 kB."""
    from safetensors.numpy import save

    return save(
        {
            "mean": familiar.mean.astype(np.float16),
            "axes": np.ascontiguousarray(familiar.axes.astype(np.float16)),
            "variance": familiar.variance.astype(np.float64),
            "figures": np.array([familiar.bar, familiar.spread, *familiar.level, *familiar.words]),
        }
    )


def unpacked(data: bytes) -> Familiar:
    """What :func:`packed` packed. Raises :class:`ValueError` for anything else."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        t = load(data)
        mean, axes, variance, figures = (
            t[k].astype(np.float64) for k in ("mean", "axes", "variance", "figures")
        )
    except (KeyError, SafetensorError) as error:
        raise ValueError(f"no record of familiar talk ({error})") from error
    if (
        mean.ndim != 1
        or axes.shape[1:] != mean.shape
        or figures.shape != (8,)
        or variance.shape != axes.shape[:1]
    ):
        raise ValueError(f"axes are {axes.shape}, the mean {mean.shape}")
    if not all(np.isfinite(a).all() for a in (mean, axes, variance, figures)):
        raise ValueError("it holds numbers that are not finite")
    if not (variance > 0).all():
        raise ValueError("variances are not above 0")
    bar, spread, level, between, within, count, lacking, deviation = figures.tolist()
    if min(between, within, spread) < 0 or count < FEWEST_TRANSCRIPTS or spread >= 1:
        raise ValueError("its figures cannot be")
    kept = (level, between, within, count)
    return Familiar(mean, axes, variance, bar, spread, kept, (lacking, deviation))

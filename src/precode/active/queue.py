"""The review queue: which sentences to ask about next, and in what order.

Before anything is known, typical sentences unlike each other (TypiClust, see ``typical``); then
those the model is in doubt about, of each predicted code in turn; among them candidates for codes
with few examples, and some at random. The random ones are drawn first, without a look at the
scores. Measures are in ``measures``; here is only the choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import numpy.typing as npt

from precode.active.alike import Alike
from precode.active.measures import POLARITY_WEIGHT, code_doubt, likeness, polarity_doubt
from precode.active.pool import Floats, Pool, Read, Rows
from precode.active.turns import in_turn, places
from precode.active.typical import typical, varied
from precode.domain import Reason

SAMPLE = 2000  # sentences among which typical ones are looked for: their number, squared, is work
ROUND = 20  # sentences chosen to be unlike each other: as many as are read before the next training
WIDE = 10  # candidates a place of the queue, out of which those unlike each other come first
STARTED = 0.5  # of a cold start's chosen places, for candidates, where a model suggests many codes


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A sentence to be asked about; ``why`` is one plain line for the coder."""

    sentence_id: str
    reason: Reason
    why: str


@dataclass(frozen=True, slots=True)
class Mix:
    """What a queue is made of, as ``[review]`` in the settings says.

    ``cold_start``: sentences read before doubt counts. ``random_share`` and ``rare_share`` in
    [0, 1], together at most 1, of every stretch of the queue. ``rare_below``: with fewer positives a
    code is rare. ``duplicate``: cosine from which two sentences are the same question; 1: never.
    """

    cold_start: int
    random_share: float
    rare_share: float
    rare_below: int
    duplicate: float

    def __post_init__(self) -> None:
        shares = (self.random_share, self.rare_share)
        if not all(0 <= s <= 1 for s in shares) or sum(shares) > 1:
            raise ValueError(f"shares should lie between 0 and 1, and so their sum: {shares}")


def choose(
    pool: Pool,
    read: Read,
    *,
    n: int,
    mix: Mix,
    names: Sequence[str],
    skipped: Mapping[str, int],
    rng: np.random.Generator,
) -> tuple[QueueItem, ...]:
    """The next ``n`` items (fewer if no more are left), the first to be asked first.

    ``names (k,)`` are the codes as the coder knows them, ``skipped`` how often a sentence was
    skipped so far. Of every prefix the shares of ``mix`` hold to within one, as long as a kind has
    candidates; where it has none, its places go to the uncertain (or typical) ones. In a cold start
    there are no candidates for rare codes, but where a model suggests many codes at once, half.

    A sentence skipped once comes after the others of its kind. Near-duplicates of one read or
    chosen are left out as long as anything else is left that was not skipped twice; what was
    skipped twice comes when nothing else is left.

    Raises :class:`ValueError` if arrays do not fit each other.
    """
    k = read.y.shape[1]
    if pool.p is not None and pool.p.shape[1] != k:
        raise ValueError(f"the pool has {pool.p.shape[1]} codes, what was read {k}")
    if len(names) != k:
        raise ValueError(f"{len(names)} names for {k} codes")
    count = np.array([skipped.get(i, 0) for i in pool.ids], dtype=np.int64)
    asked, sunk = np.flatnonzero(count < 2), np.flatnonzero(count >= 2)
    about = _About(pool, read, mix, tuple(names), count)
    out = _fill(about, asked, n, alike=mix.duplicate, rng=rng)
    if (
        not out
    ):  # all that was not skipped twice repeats what was read: then that, and then the rest
        out = _fill(about, asked, n, alike=1.0, rng=rng)
        last = sunk[np.argsort(count[sunk], kind="stable")][: max(n - len(out), 0)]
        out += [
            QueueItem(pool.ids[i], Reason.RANDOM, f"skipped {count[i]} times; nothing else is left")
            for i in last.tolist()
        ]
    return tuple(out)


@dataclass(frozen=True, slots=True)
class _About:
    """What a choice rests on. ``count (n,)``: how often each sentence of the pool was skipped."""

    pool: Pool
    read: Read
    mix: Mix
    names: tuple[str, ...]
    count: npt.NDArray[np.int64]

    @property
    def modelled(self) -> bool:
        return self.pool.p is not None and not bool(np.isnan(self.pool.p).all())


@dataclass(frozen=True, slots=True)
class _Kind:
    """Candidates of one kind, best first, and why each is one."""

    reason: Reason
    share: float
    rows: Rows
    why: Callable[[int], str]


def _fill(
    about: _About, rows: Rows, n: int, *, alike: float, rng: np.random.Generator
) -> list[QueueItem]:
    """Up to ``n`` items from ``rows``."""
    if n <= 0 or not len(rows):
        return []
    screen = Alike(about.pool.vectors, about.read.vectors, least=alike)
    rows = rng.permutation(rows)  # equals come in no order
    by_chance = _by_chance(about, rows)
    kinds = [*_chosen(about, rows, n, screen, rng), by_chance]
    order = places([k.share for k in kinds], min(n, len(rows)))
    streams = [screen.each(k.rows[np.argsort(about.count[k.rows], kind="stable")]) for k in kinds]
    # drawn before anything else is taken: no score has a say in what is random
    drawn = list(islice(streams[-1], order.count(len(kinds) - 1)))
    streams[-1] = chain(drawn, streams[-1])
    out = []
    for kind in order:
        for other in (kind, *range(len(kinds))):  # a kind without candidates gives its place away
            row = next(streams[other], None)
            if row is not None:
                found = kinds[other]
                out.append(QueueItem(about.pool.ids[row], found.reason, found.why(row)))
                break
    return out


def _chosen(
    about: _About, rows: Rows, n: int, screen: Alike, rng: np.random.Generator
) -> list[_Kind]:
    """The kinds that are not random, the main one first."""
    rest, share = 1 - about.mix.random_share, about.mix.rare_share
    cold = not about.modelled or len(about.read) < about.mix.cold_start
    # Simulated with starters trained on 150 sentences, a third of their codes wrong: where a
    # sentence may carry many codes, half typical and half candidates learned most (ALC to 300
    # labels +.025 ± .008 over typical alone); of one code each, typical alone did.
    if cold:
        guessed = about.modelled and share > 0 and about.pool.choice == "many"
        share = max(share, STARTED * rest) if guessed else 0.0
    rare = _rare(about, rows, int(np.ceil(n * share)), rng)
    share = share if len(rare[0]) else 0.0
    return [
        _typical(about, rows, n, rest - share, screen, rng)
        if cold
        else _uncertain(about, rows, n, rest - share, rng),
        _Kind(Reason.RARE, share, *rare),
    ]


def _by_chance(about: _About, rows: Rows) -> _Kind:
    return _Kind(Reason.RANDOM, about.mix.random_share, rows, lambda _: "picked at random")


def _typical(
    about: _About, rows: Rows, n: int, share: float, screen: Alike, rng: np.random.Generator
) -> _Kind:
    """Rounds of typical sentences among a sample of ``rows`` (in random order); those skipped come
    after them.
    """
    pool, read = about.pool, about.read
    fresh, again = rows[about.count[rows] == 0], rows[about.count[rows] > 0]
    sample = fresh[:SAMPLE]
    sample = sample[screen.unread(sample)]
    known = read.vectors[rng.permutation(len(read))[:SAMPLE]]
    stands: dict[int, float] = {}
    while len(stands) < min(n, len(sample)):
        left = sample[~np.isin(sample, list(stands))]
        seen = np.vstack([known, pool.vectors[list(stands)]])
        for found in typical(pool.vectors[left], seen, n=min(ROUND, n - len(stands)), rng=rng):
            stands[int(left[found.row])] = found.share * len(left) / len(sample) * len(fresh)

    def why(row: int) -> str:
        number = round(stands.get(row, 0))
        return f"stands for about {number} sentences like it" if number > 1 else "unlike the others"

    return _Kind(Reason.TYPICAL, share, np.array([*stands, *again], dtype=np.intp), why)


def _uncertain(about: _About, rows: Rows, n: int, share: float, rng: np.random.Generator) -> _Kind:
    """Of each code in turn the sentences in doubt, those unlike each other first."""
    pool = about.pool
    by_code, by_polarity = code_doubt(pool), POLARITY_WEIGHT * polarity_doubt(pool)
    worth = by_code + by_polarity
    code = quota_code(pool, worth)
    present = np.unique(code[rows])
    lists = []
    for j in rng.permutation(present):
        own = rows[code[rows] == j]
        own = own[np.lexsort([-worth[own].max(1), about.count[own]])]
        lists.append(_varied_first(about, own, n, len(present), rng, central=True))

    def why(row: int) -> str:
        j = int(worth[row].argmax())
        if by_polarity[row, j] > by_code[row, j]:
            return f"the model cannot tell if {about.names[j]} is a barrier or a facilitator here"
        if pool.margin is None:
            return ""
        order = np.argsort(np.where(np.isnan(pool.margin[row]), np.inf, -pool.margin[row]))
        if pool.choice == "one" and len(order) > 1:
            return f"the model wavers between {about.names[order[0]]} and {about.names[order[1]]}"
        given = [i for i in order.tolist() if i != j and pool.margin[row, i] > 0]
        beside = about.names[given[0]] if given else "nothing"
        return f"the model wavers between {about.names[j]} and {beside}"

    return _Kind(Reason.UNCERTAIN, share, in_turn(lists)[0], why)


def _varied_first(
    about: _About, ranked: Rows, n: int, lists: int, rng: np.random.Generator, *, central: bool
) -> Rows:
    """``ranked``, but of its first candidates some unlike each other ahead of their likes: for each
    :data:`ROUND` of the ``n`` places as many as this one of the ``lists`` will fill.

    The first candidates are never more than a part of all, or variety would be all that counts.
    """
    need = -(-min(n, ROUND) // lists)
    wide = min(WIDE * need, max(need, len(ranked) // WIDE))
    first: list[int] = []
    rest = ranked
    while len(rest) and len(first) * lists < n:
        some = rest[:wide]
        some = some[about.count[some] == about.count[some[0]]]
        found = some[varied(about.pool.vectors[some], n=need, central=central, rng=rng)]
        first += found.tolist()
        rest = rest[~np.isin(rest, found)]
    return np.concatenate([np.array(first, dtype=np.intp), rest])


def _rare(
    about: _About, rows: Rows, n: int, rng: np.random.Generator
) -> tuple[Rows, Callable[[int], str]]:
    """Candidates for each rare code in turn, the rarest code first: those of highest probability;
    of a code that is not modelled yet, those most like its examples.
    """
    pool, positives = about.pool, about.read.positives
    rare = np.flatnonzero(positives < about.mix.rare_below) if n else np.empty(0, dtype=np.intp)
    lists, codes = [], []
    for j in rare[np.argsort(positives[rare], kind="stable")].tolist():
        if pool.p is not None and not np.isnan(pool.p[rows, j]).any():
            score = pool.p[rows, j]
        elif positives[j]:
            score = likeness(pool.vectors[rows], about.read.vectors[about.read.y[:, j] >= 0.5])
        else:
            continue
        ranked = rows[np.lexsort([-score, about.count[rows]])]
        lists.append(_varied_first(about, ranked, n, len(rare), rng, central=False))
        codes.append(j)
    candidates, turn = in_turn(lists)
    whose = {row: codes[i] for row, i in zip(candidates.tolist(), turn.tolist(), strict=True)}

    def why(row: int) -> str:
        j = whose[row]
        some = f"{positives[j]} example{'s' if positives[j] != 1 else ''} so far"
        return f"may be {about.names[j]}, which has {some if positives[j] else 'no example yet'}"

    return candidates, why


def quota_code(pool: Pool, worth: Floats) -> Rows:
    """``(n,)``: under which code a sentence is asked. One code: the one predicted; many: the one
    most in doubt, by ``worth (n, k)``.
    """
    if pool.choice == "one" and pool.margin is not None:
        return np.asarray(np.where(np.isnan(pool.margin), -np.inf, pool.margin).argmax(1))
    return np.asarray(worth.argmax(1))

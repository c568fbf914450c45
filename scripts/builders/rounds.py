"""How a starter's encoder is adapted: half by half of the corpus, and round by round of its growth."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from precode.files.atomic import replacing, replacing_folder
from precode.model.finetune.learn import Learner, Lines
from precode.model.finetune.plan import Plan, Reading, fingerprint
from precode.model.finetune.reading import seen_of
from precode.model.finetune.tuned import ADAPTER, Heads
from precode.model.finetune.validate import FoldResult, lay_aside
from precode.model.folds import assign
from precode.model.passages import Passage
from precode.model.training import Training
from precode.model.weights import find_weights

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.floating]

HEADS = "heads.npz"  # beside an adapter, in what is kept
SEED, FOLDS = 1, 4
TAUGHT = 0.5  # weight of a teacher's word beside the coders'
PLAN = Plan(adapt="lora", epochs=8, patience=1, reading=Reading(3, 80, behaviour=True), seed=SEED)
UPPER = replace(PLAN, layers=6, epochs=3, rate=5e-4)


@dataclass(frozen=True)
class Round:
    """One learning: of what was added to the corpus since the last and of what was there before: of all
    of it, or of as many excerpts as were added (``few``). ``teacher``: the teacher as it is after so many
    rounds of its own.
    """

    plan: Plan
    few: bool = False
    teacher: int = 1


@dataclass(frozen=True)
class Kind:
    """A starter: the encoder that is adapted, in which rounds, its card, and the starter that teaches it,
    if one does. What was added after the last round it does not know.
    """

    encoder: str
    rounds: tuple[Round, ...]
    card: str
    teacher: str = ""

    @property
    def reading(self) -> Reading:
        """What it reads, in each round."""
        return self.rounds[0].plan.reading


def _going_on(plan: Plan, epochs: int) -> Plan:
    """``plan`` once something has been learned, of which little is to be lost."""
    return replace(plan, epochs=epochs, rate=5e-4, head_rate=5e-4)


KINDS = {
    "comb-starter": Kind(
        "minilm",
        (Round(PLAN), Round(_going_on(PLAN, 3)), Round(_going_on(PLAN, 3), few=True, teacher=2)),
        "starter_card.md",
        teacher="comb-starter-mpnet",
    ),
    # nine times the work: the upper half alone learns, in fewer passes, at half the rate
    "comb-starter-mpnet": Kind(
        "sentence-transformers/all-mpnet-base-v2",
        (Round(UPPER), Round(_going_on(UPPER, 1), few=True), Round(_going_on(UPPER, 1), few=True)),
        "starter_mpnet_card.md",
    ),
}


@dataclass(frozen=True)
class Part:
    """Rows to ``learn`` from, judged by those laid ``aside``; if there are none, for so many ``epochs``
    in the last round.
    """

    name: str
    seed: int
    learn: Rows
    aside: Rows | None = None
    epochs: int = 0


class Adapting:
    """The adaptations of starter ``name``. What is done is kept in ``scratch`` under names that tell all
    it follows from. ``since (n,)``: with which addition to the corpus a row came.
    """

    def __init__(
        self, data: Training, todo: list[Passage], since: Rows, name: str, scratch: Path
    ) -> None:
        self._lines, self._since = Lines(todo, data.y, data.polarity), since
        self._kind = KINDS[name]
        teacher = self._kind.teacher
        self._teacher = Adapting(data, todo, since, teacher, scratch) if teacher else None
        self._weights = find_weights(self._kind.encoder)
        self._name, self._scratch = name, scratch

    def divide(self, groups: npt.NDArray[np.str_], rows: Rows, *, seed: int) -> tuple[Rows, Rows]:
        """As :func:`lay_aside`; the families that were laid aside before talk was added stay so."""
        _, aside = lay_aside(groups, rows[self._since[rows] == 0], seed=seed)
        apart = np.isin(groups[rows], groups[aside])
        return rows[~apart], rows[apart]

    def fold(self, f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
        """As :data:`precode.model.finetune.validate.TuneFold`."""
        part, rounds = Part(f"fold-{f}", f, learn, aside), len(self._kind.rounds)
        aside_codes, aside_polarity = self.says(part, rounds, aside)
        held_codes, held_polarity = self.says(part, rounds, held)
        best = int(np.load(self.after(part, rounds) / HEADS)["epochs"])
        return FoldResult(aside, held, aside_codes, aside_polarity, held_codes, held_polarity, best)

    def final(self, epochs: int) -> tuple[Path, Heads]:
        """The folder of the encoder adapted to everything, and its heads. ``epochs``: how many passes
        the last round takes; those before take as many as planned.
        """
        part = Part("final", 999, np.arange(len(self._since)), epochs=epochs)
        folder = self.after(part, len(self._kind.rounds))
        return folder, _heads(folder)

    def after(self, part: Part, rounds: int) -> Path:
        """The folder of what was learned of ``part`` in the first ``rounds`` rounds."""
        r = rounds - 1
        one = self._kind.rounds[r]
        folder = self._scratch / self.name(part, rounds)
        if (folder / HEADS).is_file():
            return folder
        before = self.after(part, r) if r else None
        rows, aside = self.heard(part, r)
        lines = self._lines.take(rows)
        if self._teacher is not None:
            lines = taught(lines, *self._teacher.says(_told(part), one.teacher, rows))
        # made after the teacher has spoken, so that its chance begins with the seed
        learner = self._learner(one.plan, part.seed, before)
        standing = learner.learn(
            lines, None if aside is None else self._lines.take(aside),
            folder=folder.with_name(folder.name + "-state"),
            epochs=self._epochs(part, r), tick=self._tick(f"{part.name}, round {r}"),
        )  # fmt: skip
        print(f"{self._name}, {part.name}, round {r}: {standing.scores}", flush=True)
        with replacing_folder(folder) as made:
            learner.save(made)
            told = {str(i): p for i, p in enumerate(astuple(learner.heads()))}
            np.savez(made / HEADS, epochs=standing.best, **told)
        return folder

    def says(self, part: Part, rounds: int, rows: Rows) -> tuple[Floats, Floats]:
        """What has learned of ``part`` in so many ``rounds`` says of ``rows``: log-odds of the codes
        ``(n, k)`` and of their polarities ``(n, k, 2)``. It says it once.
        """
        of = fingerprint(self._kind.rounds[0].plan, *self._seen(rows))
        file = self._scratch / f"{self.name(part, rounds)}-says-{of}.npz"
        if not file.is_file():
            folder = self.after(part, rounds)
            learner = self._learner(self._kind.rounds[rounds - 1].plan, part.seed, folder)
            vectors, heads = learner.vectors(self._lines.take(rows).passages), learner.heads()
            with replacing(file) as temporary:
                np.savez(temporary, codes=heads.codes(vectors), polarity=heads.polarities(vectors))
        kept = np.load(file)
        return kept["codes"], kept["polarity"]

    def name(self, part: Part, rounds: int) -> str:
        """Of what was learned of ``part`` in so many ``rounds``: it tells all that this follows from."""
        r = rounds - 1
        one, teacher = self._kind.rounds[r], self._teacher
        rows, aside = self.heard(part, r)
        key = fingerprint(
            one.plan, *self._seen(rows), self._lines.y[rows].tobytes(), self._lines.polarity[rows].tobytes(),
            *(() if aside is None else self._seen(aside)),
            self._weights.sha256, part.seed, self._epochs(part, r),
            repr(one), self.name(part, r) if r else "",
            "" if teacher is None else f"{TAUGHT} {teacher.name(_told(part), one.teacher)}",
        )  # fmt: skip
        return f"{self._name}-{part.name}-{r}-{key}"

    def heard(self, part: Part, r: int) -> tuple[Rows, Rows | None]:
        """Of ``part``, the rows that are learned from in round ``r``, and those that judge it."""
        since = self._since[part.learn]
        before, later = part.learn[since < r], part.learn[since == r]
        if self._kind.rounds[r].few:
            before = np.random.default_rng([SEED, r]).permutation(before)[: len(later)]
        aside = None if part.aside is None else part.aside[self._since[part.aside] <= r]
        return np.sort(np.concatenate([before, later])), aside

    def _epochs(self, part: Part, r: int) -> int:
        """How many passes round ``r`` takes; 0: the rows laid aside say it."""
        if part.aside is not None:
            return 0
        last = r == len(self._kind.rounds) - 1
        return part.epochs if last and part.epochs else self._kind.rounds[r].plan.epochs

    def _seen(self, rows: Rows) -> tuple[Any, ...]:
        reading = self._kind.reading
        return repr(reading), [seen_of(self._lines.passages[i], reading) for i in rows]

    def _learner(self, plan: Plan, f: int, before: Path | None) -> Learner:
        return Learner(
            self._weights, plan, codes=self._lines.y.shape[1], choice="many",
            seed=SEED * 1000 + f, start=before and before / ADAPTER, heads=before and _heads(before),
        )  # fmt: skip

    def _tick(self, what: str) -> Any:
        def tick(done: int, total: int) -> None:
            if done % 50 == 0:
                print(f"  {self._name}, {what}: {done} of {total}", flush=True)

        return tick


def folds_of(data: Training, since: Rows) -> Rows:
    """``(n,)``: a family keeps its fold when talk is added; those that an addition brings are spread
    likewise.
    """
    known: dict[str, int] = {}
    for r in range(since.max() + 1):
        fresh = (since == r) & ~np.isin(data.groups, list(known))
        if fresh.any():
            fold = assign(data.y[fresh], data.groups[fresh], folds=FOLDS, seed=SEED)
            known |= zip(data.groups[fresh].tolist(), fold.tolist(), strict=True)
    return np.array([known[g] for g in data.groups.tolist()])


def _told(part: Part) -> Part:
    """``part`` for the teacher, who takes as many passes as planned."""
    return replace(part, epochs=0)


def _heads(folder: Path) -> Heads:
    kept = np.load(folder / HEADS)
    return Heads(*(kept[str(i)] for i in range(len(fields(Heads)))))


def taught(lines: Lines, codes: Floats, polarity: Floats) -> Lines:
    """``lines`` whose shares are half the coders' and half what a larger model says of them, log-odds
    ``codes (n, k)`` and ``polarity (n, k, 2)`` (Hinton, Vinyals and Dean 2015, "Distilling the
    knowledge in a neural network").
    """
    # learning weighs a rare code by the square root of the odds against it, and its log-odds rise so
    said = expit(codes + logit(lines.y.mean(0)) / 2)
    lean = (1 - TAUGHT) * lines.polarity + TAUGHT * expit(polarity)  # NaN where coders gave none
    return Lines(lines.passages, (1 - TAUGHT) * lines.y + TAUGHT * said, lean)

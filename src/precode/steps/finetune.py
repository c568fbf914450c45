"""``train --finetune``: the encoder adapted to the team's codes, if that is better than leaving it.

Both are judged on the same folds. What a fine-tuning has reached is kept in the study's cache until
it is whole, so that a call which was interrupted is gone on with by the next one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from precode.agreement import counts as of
from precode.agreement.bootstrap import cluster_weights, estimate, per_cluster
from precode.agreement.scores import mean_f1
from precode.errors import TooLittleError
from precode.files.atomic import replacing
from precode.model.bundle import Bundle
from precode.model.finetune.graph import graph, key_of
from precode.model.finetune.plan import Plan, fingerprint
from precode.model.finetune.tuned import Tuned, begins_with, digest
from precode.model.finetune.validate import FoldResult, Judged, final_heads, judge
from precode.model.passages import Passage, passages
from precode.model.validate import OutOfFold
from precode.model.weights import Weights, find_weights
from precode.steps.learnt.learning import Lesson
from precode.steps.opening import Progress, Study

if TYPE_CHECKING:  # its module imports torch
    from precode.model.finetune.learn import Learner, Lines

Rows = npt.NDArray[np.intp]
Keep = Literal["better", "finetuned", "default"]

FEWEST = 4  # transcripts: fewer leave nothing to learn from once a fold and what stops are apart


@dataclass(frozen=True, slots=True)
class Finetuned:
    """How the fine-tuned encoder compares. ``difference`` is its macro-F1 minus the default's,
    [value, low, high] over transcripts; ``kept`` which of the two the model is.
    ``began_with``: the shipped model from whose adapted encoder it learned on, "" for none.
    """

    default: float
    finetuned: float
    difference: tuple[float, float | None, float | None]
    kept: Literal["finetuned", "default"]
    epochs: int
    adapt: str
    said: str
    began_with: str = ""


def finetune(
    study: Study,
    learned: Lesson,
    out: OutOfFold | None,
    plan: Plan,
    *,
    keep: Keep,
    progress: Progress,
) -> tuple[Finetuned, OutOfFold, Tuned | None]:
    """Fine-tune, compare with ``out`` on its folds, and give what is kept: its held-out results,
    and the adapted encoder where that is it (in the cache: a bundle copies it).

    Raises :class:`TooLittleError` with fewer than four transcripts.
    """
    data = learned.data
    count = len(np.unique(data.groups))
    if out is None or count < FEWEST:
        raise TooLittleError(
            f"fine-tuning takes {FEWEST} coded transcripts at least; there are {count}",
            mend="train without --finetune until more are coded",
        )
    base = study.settings.encoder.model
    weights = find_weights(base)
    plan = replace(plan, seed=study.settings.train.seed)
    lines = _passages(study, learned)
    prior = learned.prior
    start = begins_with(None if prior is None else prior.tuned, learned.data.like, lines, weights)
    job = _Job(
        study.folder.cache / "finetune", weights, plan, learned, lines, base, start, progress
    )
    judged = judge(data, out, job.fold, seed=plan.seed)
    told = _compare(study, learned, out, judged)
    kept: Literal["finetuned", "default"] = "finetuned" if told[2][0] > 0 else "default"
    kept = kept if keep == "better" else keep
    began = prior.about["name"] if start is not None and prior is not None else ""
    found = Finetuned(*told, kept, judged.epochs, plan.adapt, _said(told, kept, keep), str(began))
    if kept == "default":
        return found, out, None
    return found, judged.out, job.final(judged, study.settings.encoder.precision)


def prepare(bundle: Bundle) -> None:
    """Make the graph of its encoder, if ``bundle`` has one of its own: pre-coding then needs no torch."""
    if bundle.tuned is not None:
        graph(bundle.tuned.folder, bundle.tuned.base)


def forget(study: Study) -> None:
    """Throw away what is kept of a fine-tuning, once its model is saved."""
    shutil.rmtree(study.folder.cache / "finetune", ignore_errors=True)


class _Job:
    """One fine-tuning with its checkpoints: a folder for each fold, and one for the final model."""

    def __init__(
        self,
        cache: Path,
        weights: Weights,
        plan: Plan,
        learned: Lesson,
        lines: list[Passage],
        base: str,
        start: Path | None,
        progress: Progress,
    ) -> None:
        data = learned.data
        self._weights, self._plan, self._learned = weights, plan, learned
        self._passages, self._progress = lines, progress
        self._base, self._start = base, start
        self._key = fingerprint(
            plan, weights.sha256, "" if start is None else digest(start), learned.ids, data.y.tobytes(), data.polarity.tobytes(),
            [asdict(p) for p in lines],
        )  # fmt: skip
        self._folder = cache / self._key
        for old in cache.glob("*"):  # of codes that have changed since
            if old != self._folder and old.is_dir():
                shutil.rmtree(old)

    def fold(self, f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
        """As :data:`precode.model.finetune.validate.TuneFold`."""
        file = self._folder / f"fold-{f}.safetensors"
        rows = {"learn": learn, "aside": aside, "held": held}
        kept = _read(file, rows)
        if kept is not None:
            return kept
        learner = self._learner(f)
        every = self._lines()
        standing = learner.learn(
            every.take(learn), every.take(aside), folder=self._folder / f"fold-{f}",
            tick=self._tick(f"fine-tuning, fold {f + 1}"),
        )  # fmt: skip
        heads = learner.heads()
        near, far = (learner.vectors([self._passages[i] for i in r]) for r in (aside, held))
        result = FoldResult(
            aside, held, heads.codes(near), heads.polarities(near), heads.codes(far),
            heads.polarities(far), standing.best,
        )  # fmt: skip
        _write(file, rows, result)
        shutil.rmtree(self._folder / f"fold-{f}", ignore_errors=True)
        return result

    def final(self, judged: Judged, precision: str) -> Tuned:
        """Adapted to all sentences, for as many passes as were best in the folds."""
        data, learner = self._learned.data, self._learner(999)
        learner.learn(
            self._lines(), None, folder=self._folder / "final", epochs=judged.epochs,
            tick=self._tick("fine-tuning on all transcripts"),
        )  # fmt: skip
        heads = learner.heads()
        folder = self._folder / "encoder"
        learner.save(folder)
        modelled = self._learned.modelled
        if data.choice == "many":
            heads = final_heads(heads, modelled)
        reading = self._plan.reading
        base = self._base if self._plan.adapt == "lora" else ""
        key = key_of(folder, base, reading, precision)
        return Tuned(folder, base, key, reading, heads, judged.codes, judged.polarity)

    def _learner(self, number: int) -> Learner:
        from precode.model.finetune.learn import Learner

        data = self._learned.data
        return Learner(
            self._weights, self._plan, codes=data.y.shape[1], choice=data.choice,
            seed=self._plan.seed * 1000 + number, start=self._start,
        )  # fmt: skip

    def _lines(self) -> Lines:
        from precode.model.finetune.learn import Lines

        data = self._learned.data
        return Lines(self._passages, data.y, data.polarity)

    def _tick(self, what: str) -> Callable[[int, int], None]:
        return lambda done, total: self._progress(what, done, total)


def _passages(study: Study, learned: Lesson) -> list[Passage]:
    every = passages(
        learned.sentences, study.store.turns(), behaviour=study.settings.study.behaviour
    )
    by_id = {p.id: p for p in every}
    return [by_id[i] for i in learned.ids]


def _compare(
    study: Study, learned: Lesson, out: OutOfFold, judged: Judged
) -> tuple[float, float, tuple[float, float | None, float | None]]:
    """Macro-F1 without and with fine-tuning, over the codes with enough sentences, and their
    difference over the same draws of transcripts.
    """
    settings, rows = study.settings.train, learned.data.gold
    truth = learned.gold_y[rows] >= 0.5
    if study.codebook.choice == "one":
        best = np.nan_to_num(learned.gold_y[rows]).argmax(1)
        truth = np.arange(truth.shape[1]) == best[:, None]
    groups = learned.data.groups[rows].tolist()
    enough = truth.sum(0) >= settings.floor
    enough = enough if enough.any() else truth.any(0)
    each = [
        per_cluster(of.confusion(truth, o.decision[rows] & learned.modelled), groups)[:, enough]
        for o in (out, judged.out)
    ]
    rng = np.random.default_rng(settings.seed)
    weights = cluster_weights(len(each[0]), rng=rng, draws=settings.bootstrap)
    default, tuned = (float(mean_f1(c.sum(0)[None])[0]) for c in each)
    k = int(enough.sum())
    value, interval = estimate(
        np.concatenate(each, axis=1),
        lambda c: mean_f1(c[:, k:]) - mean_f1(c[:, :k]),
        weights,
        least=-1.0,
    )
    return default, tuned, (value, *(interval or (None, None)))


def _said(
    told: tuple[float, float, tuple[float, float | None, float | None]], kept: str, keep: Keep
) -> str:
    default, tuned, (value, low, high) = told
    words = (
        f"fine-tuned encoder: macro-F1 {tuned:.2f}, default {default:.2f}, on the same folds; "
        f"difference {value:+.3f}"
    )
    if low is not None and high is not None:
        words += f" ({low:+.3f} to {high:+.3f})"
        if low <= 0 <= high:
            words += ", so on these transcripts either could be the better one"
    which = "the fine-tuned one" if kept == "finetuned" else "the default"
    return f"{words}. Kept: {which}" + (f", as --keep {keep} says" if keep != "better" else "")


def _write(file: Path, rows: dict[str, Rows], result: FoldResult) -> None:
    from safetensors.numpy import save_file

    tensors = {
        **rows,
        "aside_codes": result.aside_codes,
        "aside_polarity": result.aside_polarity,
        "held_codes": result.held_codes,
        "held_polarity": result.held_polarity,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as temporary:
        save_file(
            {n: np.ascontiguousarray(t) for n, t in tensors.items()},
            temporary,
            metadata={"epochs": json.dumps(result.epochs)},
        )


def _read(file: Path, rows: dict[str, Rows]) -> FoldResult | None:
    """A fold that is done; None if it is not, or of other rows."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as kept:
            t = {n: kept.get_tensor(n) for n in kept.keys()}  # noqa: SIM118
            epochs = int(json.loads(kept.metadata()["epochs"]))
        if not all(np.array_equal(t[n], r) for n, r in rows.items()):
            return None
        return FoldResult(
            t["aside"], t["held"], t["aside_codes"], t["aside_polarity"], t["held_codes"],
            t["held_polarity"], epochs,
        )  # fmt: skip
    except (OSError, SafetensorError, KeyError, ValueError, TypeError):
        return None

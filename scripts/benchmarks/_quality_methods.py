"""What is compared: each method gives the codes ``(held, k)`` of a task's held-out rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from _active_sets import Coded
from _quality_sets import FOLDS, SEED, STARTER, Rows, Task, training
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from precode.model.bundle_files import load
from precode.model.calibration import fit_calibration
from precode.model.finetune.plan import Plan, Reading
from precode.model.finetune.tuned import begins_with
from precode.model.finetune.validate import fit_shares, frozen_scores, lay_aside
from precode.model.thresholds import decide, fit_thresholds, least_of
from precode.model.training import Training
from precode.model.validate import OutOfFold, cross_validate
from precode.model.weights import find_weights
from precode.resources import starters

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating]


# Talk before a turn helps where there is talk; the reading is cut to what a day's processor can do.
READINGS = {
    "annomi": Reading(utterances=3, tokens=80, behaviour=False),
    "trec": Reading(utterances=0, tokens=64, behaviour=False),
    "nhs": Reading(utterances=0, tokens=128, behaviour=False),
}


@dataclass
class Bench:
    """One set, and what its methods share: features, chosen settings, encoders' vectors."""

    coded: Coded
    name: str
    scratch: Path
    plan: Plan
    encoder: str = "minilm"
    starter: str = STARTER
    log: Callable[[str], None] = print
    _data: Training | None = None
    _vectors: Floats | None = None
    _chosen: dict[str, OutOfFold] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        return [p.text for p in self.coded.passages]

    @property
    def data(self) -> Training:
        if self._data is None:
            self._data = training(self.coded, self.scratch, self.encoder, self.starter)
        return self._data

    # -- others ------------------------------------------------------------------------------------

    def majority(self, task: Task) -> Bools:
        """The most frequent class, or every theme that most have."""
        y = self.coded.y[task.learn]
        if self.coded.choice == "one":
            given = np.arange(y.shape[1]) == y.sum(0).argmax()
        else:
            given = y.mean(0) >= 0.5
        return np.tile(given, (len(task.held), 1))

    def words(self, task: Task) -> Bools:
        """Words and pairs of words by TF-IDF; balanced logistic regression (C = 10), or for themes
        a balanced linear support vector machine each.
        """
        made = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        x = made.fit_transform([self.texts[i] for i in task.learn])
        held = made.transform([self.texts[i] for i in task.held])
        return self._linear(x, held, task, svc=self.coded.choice == "many")

    def sentence_transformers(self, task: Task) -> Bools:
        """The last layer's sentence vectors of the same encoder; balanced logistic regression."""
        if self._vectors is None:
            file = self.scratch / f"{self.name}-sentence-transformers.npy"
            if not file.is_file():
                np.save(file, self._encode())
            self._vectors = np.load(file)
        x = self._vectors
        return self._linear(x[task.learn], x[task.held], task, svc=False)

    def _encode(self) -> Floats:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(find_weights(self.encoder).folder), device="cpu")
        return np.asarray(model.encode(self.texts, batch_size=64, normalize_embeddings=True))

    def _linear(self, x: object, held: object, task: Task, *, svc: bool) -> Bools:
        y = self.coded.y[task.learn]
        if self.coded.choice == "one":
            head = LogisticRegression(C=10, class_weight="balanced", max_iter=2000)
            guess = head.fit(x, y.argmax(1)).predict(held)
            return np.asarray(guess[:, None] == np.arange(y.shape[1]))
        one = (
            LinearSVC(class_weight="balanced", max_iter=5000)
            if svc
            else LogisticRegression(C=10, class_weight="balanced", max_iter=2000)
        )
        return np.asarray(OneVsRestClassifier(one).fit(x, y >= 0.5).predict(held) > 0)

    def setfit(self, task: Task) -> Bools:
        """SetFit (Tunstall et al. 2022) from the same encoder, its defaults with 10 iterations."""
        from datasets import Dataset
        from setfit import SetFitModel, Trainer, TrainingArguments  # type: ignore[import-not-found]

        model = SetFitModel.from_pretrained(str(find_weights(self.encoder).folder))
        rows = {"text": [self.texts[i] for i in task.learn],
                "label": self.coded.y[task.learn].argmax(1).tolist()}  # fmt: skip
        settings = TrainingArguments(
            num_epochs=1, num_iterations=10, batch_size=16, seed=task.number, report_to="none",
            output_dir=str(self.scratch / "setfit"), save_strategy="no",
        )  # fmt: skip
        Trainer(model=model, args=settings, train_dataset=Dataset.from_dict(rows)).train()
        guess = np.asarray(model.predict([self.texts[i] for i in task.held]))
        return np.asarray(guess[:, None] == np.arange(self.coded.y.shape[1]))

    # -- ours --------------------------------------------------------------------------------------

    def chosen(self, task: Task) -> OutOfFold:
        """What validation inside the task's own rows chose."""
        if task.id not in self._chosen:
            out = cross_validate(self.data.take(task.learn), folds=FOLDS, seed=SEED)
            assert out is not None
            self._chosen[task.id] = out
        return self._chosen[task.id]

    def default(self, task: Task) -> Bools:
        """precode train: frozen layers with context and words; all chosen inside the rows."""
        out = self.chosen(task)
        scores, _ = frozen_scores(self.data, task.learn, task.held, out.spec)
        return out.given(scores)

    def finetuned(self, task: Task) -> Bools:
        """precode train --finetune --keep finetuned."""
        file = self._tuned_file(task)
        if not file.is_file():
            np.savez(file, **self._tune(task))
        kept = np.load(file)
        data, aside, spec = self.data, kept["aside"], self.chosen(task).spec
        learn = np.setdiff1d(task.learn, aside)
        near, _ = frozen_scores(data, learn, aside, spec)
        far, _ = frozen_scores(data, task.learn, task.held, spec)
        share = fit_shares(near, kept["near"], data.y[aside], choice=data.choice)
        self.log(f"  {task.id}: passes {kept['best']}, shares {share}, {kept['seconds']:.0f} s")
        scores, y, choice = share(near, kept["near"]), data.y[aside], data.choice
        cuts = fit_thresholds(scores, y, choice=choice)
        sure = fit_calibration(scores, y, choice=choice)
        least, scores = least_of(scores, y, cuts, sure, data.taught), share(far, kept["far"])
        return decide(scores, cuts, choice=choice, p=sure(scores), least=least)

    def _tuned_file(self, task: Task) -> Path:
        how = f"{self.plan.adapt}-{self.plan.epochs}-{self.plan.peak}"
        return self.scratch / f"tuned-{task.id}-{how}.npz"

    def _tune(self, task: Task) -> dict[str, object]:
        from precode.model.finetune.learn import Learner, Lines

        started = time.monotonic()
        data, passages = self.data, self.coded.passages
        learn, aside = lay_aside(data.groups, task.learn, seed=SEED + task.number)
        lines = Lines(passages, data.y, data.polarity)

        weights = find_weights(self.encoder)
        start = begins_with(
            load(starters()[self.starter]).tuned, data.like, [passages[i] for i in learn], weights
        )

        def learning() -> Learner:
            return Learner(
                weights, self.plan, codes=data.y.shape[1], choice=data.choice, start=start,
                seed=SEED * 1000 + task.number,
            )  # fmt: skip

        learner = learning()
        folder = self._tuned_file(task).with_suffix(".state")

        def tick(done: int, total: int) -> None:
            if done % 50 == 0:
                self.log(f"  {task.id}: {done} of {total}, {time.monotonic() - started:.0f} s")

        def read(rows: Rows) -> Floats:
            return learner.heads().codes(learner.vectors([passages[i] for i in rows]))

        at = learner.learn(lines.take(learn), lines.take(aside), folder=folder, tick=tick)
        near = read(aside)
        # as precode train does: once more on all there is, for as many passes as were best
        learner = learning()
        again = folder.with_suffix(".again")
        learner.learn(lines.take(task.learn), None, folder=again, epochs=at.best, tick=tick)
        far = read(task.held)
        return {
            "aside": aside, "near": near, "far": far, "best": at.best, "scores": at.scores,
            "seconds": time.monotonic() - started,
        }  # fmt: skip

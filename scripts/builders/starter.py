"""Train the shipped starter model from its invented corpus.

    python scripts/builders/starter.py
    python scripts/builders/starter.py --only comb-starter-mpnet

Validation is by topic: no excerpt is scored by a model that has seen its target behaviour, the
opposite one, or one of the same family (smoking and vaping, say). Settings, thresholds and confidence
rest on the corpus's whole conversations, which are like real talk; its single excerpts only teach.
The encoder is adapted once for each half of the families and once for good. comb-starter learns from
the coders and from the larger starter together (``taught``): of a half's excerpts it hears a teacher
that has learned from that half alone, and in the end the one in models/, so that the larger one is made
first. When talk is added to the corpus, a starter goes on from where it was (``Kind.again``): families
keep their halves, and it learns a few more times from everything. The larger one has not learned from
what was added. Both need the larger encoder (precode models fetch comb-starter-mpnet). Each takes two
hours or three on two cores: what is done is kept in --scratch, by what it follows from, and --fold N does one half
alone, so that two can run side by side. The bundle is written to models/.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from invented import FOLDER, added, corpus, training
from scipy.special import expit, logit

import precode
from precode.agreement.scores import score_binary, score_codes
from precode.codebook import Codebook, read_codebook
from precode.files.offline import offline
from precode.model.bundle_files import load, save
from precode.model.encoder import encoder_key
from precode.model.features import LAYERS
from precode.model.finetune.graph import key_of
from precode.model.finetune.learn import Learner, Lines
from precode.model.finetune.plan import Plan, Reading, fingerprint
from precode.model.finetune.reading import seen_of
from precode.model.finetune.tuned import ADAPTER, Heads, Tuned
from precode.model.finetune.validate import FoldResult, judge, lay_aside
from precode.model.folds import assign
from precode.model.passages import Passage
from precode.model.train import fit_bundle
from precode.model.training import Training
from precode.model.validate import OutOfFold, cross_validate
from precode.model.weights import find_weights
from precode.resources import codebooks

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]
Row = dict[str, Any]

SEED, DRAWS, FLOOR, FOLDS = 1, 1000, 10, 4
TOGETHER = 2  # of the folds: held out from one adaptation, each of which takes long
TAUGHT = 0.5  # weight of a teacher's word beside the coders'
PLAN = Plan(adapt="lora", epochs=8, patience=1, reading=Reading(3, 80, behaviour=True), seed=SEED)
# of what has been learned little is to be lost
AGAIN = replace(PLAN, epochs=3, rate=5e-4, head_rate=5e-4)


@dataclass(frozen=True)
class Kind:
    """A starter: the encoder that is adapted, how, its card, on how many of the halves it is judged,
    the starter that teaches it, if one does, and how it goes on when talk was added; without, it leaves
    that talk out.
    """

    encoder: str
    plan: Plan
    card: str
    judged: int = 2
    teacher: str = ""
    again: Plan | None = None


KINDS = {
    "comb-starter": Kind(
        "minilm", PLAN, "starter_card.md", judged=1, teacher="comb-starter-mpnet", again=AGAIN
    ),
    # nine times the work: the upper half alone learns, in fewer passes, at half the rate
    "comb-starter-mpnet": Kind(
        "sentence-transformers/all-mpnet-base-v2",
        replace(PLAN, layers=6, epochs=3, rate=5e-4),
        "starter_mpnet_card.md",
    ),
}


class Adapting:
    """The encoder's adaptation, half by half; what is done is kept in ``scratch``, in a folder of its own
    for each starter, plan, corpus and teacher. ``new (n,)``: which rows were added later.
    """

    def __init__(
        self, data: Training, todo: list[Passage], new: Bools, name: str, scratch: Path
    ) -> None:
        self._lines, self._new, self._kind = Lines(todo, data.y, data.polarity), new, KINDS[name]
        known = slice(None) if self._kind.again else ~new
        teacher = self._kind.teacher
        self._teacher = Adapting(data, todo, new, teacher, scratch) if teacher else None
        self.key: str = fingerprint(
            self._kind.plan, asdict(self._kind.again) if self._kind.again else "",
            [seen_of(p, self._kind.plan.reading) for p in np.array(todo, dtype=object)[known]],
            data.y[known].tobytes(), data.polarity[known].tobytes(), data.groups[known].tolist(),
            TAUGHT, "" if self._teacher is None else self._teacher.key + load(_place(teacher)).id,
        )  # fmt: skip
        self._name, self._scratch = name, scratch / f"{name}-{self.key}"
        self._scratch.mkdir(parents=True, exist_ok=True)

    def divide(self, groups: npt.NDArray[np.str_], rows: Rows, *, seed: int) -> tuple[Rows, Rows]:
        """As :func:`lay_aside`; the families that were laid aside before talk was added stay so."""
        _, aside = lay_aside(groups, self._early(rows), seed=seed)
        apart = np.isin(groups[rows], groups[aside])
        return rows[~apart], rows[apart]

    def fold(self, f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
        """As :data:`precode.model.finetune.validate.TuneFold`."""
        file = self._scratch / f"fold-{f}.npz"
        if not file.is_file():
            learner, epochs = self._learned(f, learn, aside)
            (a, b), (c, d) = self._says(learner, aside), self._says(learner, held)
            np.savez(file, aside=aside, held=held, a=a, b=b, c=c, d=d, epochs=epochs)
        kept = np.load(file)
        assert np.array_equal(kept["held"], held)
        assert np.array_equal(kept["aside"], aside)
        return FoldResult(
            aside, held, kept["a"], kept["b"], kept["c"], kept["d"], int(kept["epochs"])
        )

    def final(self, epochs: int) -> tuple[Path, Learner]:
        """The folder of the encoder adapted to everything, and its learner. ``epochs``: how many passes
        the last round takes; one before takes as many as planned.
        """
        every, again = np.arange(len(self._new)), self._kind.again
        words = None if self._teacher is None else self._teacher.shipped()
        learner = self._learner(999)
        learner.learn(
            self._heard(every, words, ~self._new), None, folder=self._scratch / "final",
            epochs=self._kind.plan.epochs if again else epochs, tick=self._tick("all"),
        )  # fmt: skip
        if again:
            learner = self._going_on(999, learner)
            learner.learn(
                self._heard(every, words), None, folder=self._scratch / "final-again",
                epochs=epochs, tick=self._tick("all, again"),
            )  # fmt: skip
        learner.save(self._scratch / "encoder")
        return self._scratch / "encoder", learner

    def learned_from(self, f: int, learn: Rows, aside: Rows) -> tuple[Floats, Floats]:
        """What the model of fold ``f`` says of its own ``learn`` rows, after learning from them (or from
        those of them that were not added later).
        """
        return self._kept(
            f"fold-{f}-own", learn, lambda: self._says(self._learned(f, learn, aside)[0], learn)
        )

    def shipped(self) -> tuple[Floats, Floats]:
        """The same of the model in models/, of all rows: codes ``(n, k)`` and polarities ``(n, k, 2)``."""

        bundle = load(_place(self._name))
        tuned = bundle.tuned
        assert tuned is not None

        def say() -> tuple[Floats, Floats]:
            learner = self._learner(999, start=tuned.folder / ADAPTER)
            vectors = learner.vectors(self._lines.passages)
            return tuned.heads.codes(vectors), tuned.heads.polarities(vectors)

        return self._kept(f"all-{bundle.id}", np.arange(len(self._new)), say)

    def _learned(self, f: int, learn: Rows, aside: Rows) -> tuple[Learner, int]:
        """The learner of fold ``f``, and after how many passes of the last round it was best."""
        words = None if self._teacher is None else self._teacher.learned_from(f, learn, aside)
        learner = self._learner(f)
        standing = learner.learn(
            self._heard(learn, words, ~self._new[learn]), self._lines.take(self._early(aside)),
            folder=self._scratch / f"fold-{f}", tick=self._tick(f"fold {f}"),
        )  # fmt: skip
        print(f"{self._name}, fold {f}: {standing.scores}", flush=True)
        if self._kind.again:
            learner = self._going_on(f, learner)
            standing = learner.learn(
                self._heard(learn, words), self._lines.take(aside),
                folder=self._scratch / f"fold-{f}-again", tick=self._tick(f"fold {f}, again"),
            )  # fmt: skip
            print(f"{self._name}, fold {f}, again: {standing.scores}", flush=True)
        return learner, standing.best

    def _heard(
        self, rows: Rows, words: tuple[Floats, Floats] | None, among: Bools | slice = slice(None)
    ) -> Lines:
        """The lines ``among`` those of ``rows``, of which a teacher says ``words``, if there is one."""
        lines = self._lines.take(rows[among])
        return lines if words is None else taught(lines, words[0][among], words[1][among])

    def _early(self, rows: Rows) -> Rows:
        return rows[~self._new[rows]]

    def _says(self, learner: Learner, rows: Rows) -> tuple[Floats, Floats]:
        vectors, heads = learner.vectors(self._lines.take(rows).passages), learner.heads()
        return heads.codes(vectors), heads.polarities(vectors)

    def _kept(
        self, name: str, rows: Rows, say: Callable[[], tuple[Floats, Floats]]
    ) -> tuple[Floats, Floats]:
        """What ``say`` says of ``rows``, said once: of other rows than before, anew."""
        key = fingerprint(
            self._kind.plan,
            [seen_of(self._lines.passages[i], self._kind.plan.reading) for i in rows],
        )
        file = self._scratch / f"{name}-{key}.npz"
        if not file.is_file():
            codes, polarity = say()
            np.savez(file, codes=codes, polarity=polarity)
        kept = np.load(file)
        return kept["codes"], kept["polarity"]

    def _learner(self, f: int, start: Path | None = None, heads: Heads | None = None) -> Learner:
        plan = (heads and self._kind.again) or self._kind.plan
        return Learner(
            find_weights(self._kind.encoder), plan, codes=self._lines.y.shape[1],
            choice="many", seed=SEED * 1000 + f, start=start, heads=heads,
        )  # fmt: skip

    def _going_on(self, f: int, learner: Learner) -> Learner:
        """A learner that begins as ``learner`` ended."""
        with tempfile.TemporaryDirectory() as folder:
            learner.save(Path(folder))
            return self._learner(f, Path(folder) / ADAPTER, learner.heads())

    def _tick(self, what: str) -> Any:
        def tick(done: int, total: int) -> None:
            if done % 50 == 0:
                print(f"  {self._name}, {what}: {done} of {total}", flush=True)

        return tick


def _place(name: str) -> Path:
    """The folder of the starter ``name`` in models/."""
    return FOLDER.with_name(name)


def taught(lines: Lines, codes: Floats, polarity: Floats) -> Lines:
    """``lines`` whose shares are half the coders' and half what a larger model says of them, log-odds
    ``codes (n, k)`` and ``polarity (n, k, 2)`` (Hinton, Vinyals and Dean 2015, "Distilling the
    knowledge in a neural network").
    """
    # learning weighs a rare code by the square root of the odds against it, and its log-odds rise so
    said = expit(codes + logit(lines.y.mean(0)) / 2)
    lean = (1 - TAUGHT) * lines.polarity + TAUGHT * expit(polarity)  # NaN where coders gave none
    return Lines(lines.passages, (1 - TAUGHT) * lines.y + TAUGHT * said, lean)


def folds_of(data: Training, new: Bools) -> Rows:
    """``(n,)``: a family keeps its fold when talk is added; families that are ``new`` are spread likewise."""
    fold = np.empty(len(new), dtype=np.intp)
    fold[~new] = assign(data.y[~new], data.groups[~new], folds=FOLDS, seed=SEED)
    known = dict(zip(data.groups[~new].tolist(), fold[~new].tolist(), strict=True))
    kept = np.array([g in known for g in data.groups])
    fold[kept] = [known[g] for g in data.groups[kept]]
    if not kept.all():
        fold[~kept] = assign(data.y[~kept], data.groups[~kept], folds=FOLDS, seed=SEED)
    return fold


def figures(data: Training, out: OutOfFold, book: Codebook, rows: Any, *, name: str) -> Row:
    """What a card says of the held-out ``rows``."""
    rng = np.random.default_rng(SEED)
    truth, given = data.y[rows] >= 0.5, out.decision[rows]
    groups = data.groups[rows].tolist()
    scores = score_codes(truth, given, book.leaf_ids, groups, rng=rng, draws=DRAWS, floor=FLOOR)
    nothing = score_binary(~truth.any(1), ~given.any(1), groups, rng=rng, draws=DRAWS, floor=FLOOR)
    polarity = data.polarity[rows]
    sure = np.abs(polarity[:, :, 0] - polarity[:, :, 1]) == 1
    barrier = polarity[:, :, 0][sure] == 1
    guess = out.polarity[rows][sure][:, 0] >= out.polarity[rows][sure][:, 1]
    where = np.broadcast_to(data.groups[rows][:, None], sure.shape)[sure].tolist()
    direction = score_codes(
        np.column_stack([barrier, ~barrier]), np.column_stack([guess, ~guess]),
        ("barrier", "facilitator"), where, rng=rng, draws=DRAWS, floor=FLOOR,
    )  # fmt: skip
    return {
        **{
            f"{name}: {book[c].label}": f"n {s.positives}, F1 {s.f1}"
            for c, s in scores.codes.items()
        },
        f"{name}: nothing applies": f"n {nothing.positives}, F1 {nothing.f1}",
        f"{name}: macro-F1 of the six": str(scores.macro_f1),
        f"{name}: polarity, macro-F1": str(direction.macro_f1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--fold", type=int, help="adapt for this half alone, and end")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0: as many as there are")
    parser.add_argument("--only", choices=KINDS, default="comb-starter", help="which starter")
    place = Path(tempfile.gettempdir()) / "precode-starter"
    parser.add_argument("--scratch", type=Path, default=place, help="where what is done is kept")
    options = parser.parse_args()
    kind = KINDS[options.only]
    if options.fold is not None and options.fold not in range(kind.judged):
        parser.error(f"--fold: {options.only} is judged on {kind.judged} of the halves, from 0 on")
    offline()
    if options.threads:
        import torch

        torch.set_num_threads(options.threads)
    rows, book = corpus(), read_codebook(codebooks()["comb"])
    if kind.again is None:
        rows = [r for r, later in zip(rows, added(rows), strict=True) if not later]
    data, todo, terms = training(rows, book)
    new = added(rows)
    frozen = cross_validate(data, folds=FOLDS, seed=SEED, fold=folds_of(data, new))
    assert frozen is not None
    assert frozen.nested
    # the frozen heads' setting alone was then chosen with the other half of what is held out
    half = frozen.fold // TOGETHER
    frozen = replace(frozen, fold=np.where(half < kind.judged, half, -1))
    adapting = Adapting(data, todo, new, options.only, options.scratch)
    if options.fold is not None:
        _only(data, frozen, adapting, options.fold)
        return
    judged = judge(data, frozen, adapting.fold, seed=SEED, divide=adapting.divide)
    judged_by = frozen.fold >= 0
    whole, single = np.flatnonzero(judged_by & data.gold), np.flatnonzero(judged_by & ~data.gold)
    told = {
        **figures(data, judged.out, book, whole, name="conversations"),
        **figures(data, judged.out, book, single, name="single excerpts"),
    }
    plain = figures(data, frozen, book, whole, name="conversations, encoder as it comes")
    print(json.dumps(plain, indent=1))
    folder, learner = adapting.final(judged.epochs)
    about = {
        "name": options.only, "precode": precode.__version__, "behaviour": "", "unit": "sentence",
        "codebook": {"name": book.name, "version": book.version, "hash": book.hash},
        "coders": ["first", "second"], "seed": SEED,
        "trained_on": "models/comb-starter/corpus.jsonl: invented excerpts",
        "validation": told,
        "frozen": {k: v for k, v in plain.items() if "macro" in k or "nothing" in k},
        "encoder": {
            "epochs": kind.plan.epochs if kind.again else judged.epochs,
            "again": judged.epochs if kind.again else 0,
            "rank": kind.plan.rank,
        },
    }  # fmt: skip
    bundle = fit_bundle(
        data, judged.out, codebook=book, terms=terms, encoder_model="minilm",
        encoder_key=encoder_key(find_weights("minilm"), LAYERS, "f32"),
        modelled=np.ones(len(book.leaves), dtype=bool), about=about,
    )  # fmt: skip
    reading = kind.plan.reading
    key = key_of(folder, kind.encoder, reading, "f32")
    tuned = Tuned(
        folder, kind.encoder, key, reading, learner.heads(), judged.codes, judged.polarity
    )
    # what its promises would rest on is of invented talk: a study makes them with its own
    bundle = replace(bundle, tuned=tuned, held_out=None)
    table = "\n".join(f"| {name} | {value} |" for name, value in told.items())
    card = Path(__file__).with_name(kind.card).read_text(encoding="utf-8")
    target = _place(options.only)
    learned = FOLDER / "corpus.jsonl"  # lies with one of them alone
    beside = {learned.name: learned.read_bytes()} if target == FOLDER else None
    with tempfile.TemporaryDirectory() as made:
        card = card.replace("@FIGURES@", table).replace("@AGAIN@", f"{judged.epochs} times")
        save(bundle, Path(made) / "bundle", card, beside=beside)
        shutil.copytree(Path(made) / "bundle", target, dirs_exist_ok=True)
    print(table)


def _only(data: Training, frozen: OutOfFold, adapting: Adapting, fold: int) -> None:
    """Adapt for one fold, as :func:`judge` will ask for it."""

    class Done(Exception):
        pass

    def one(f: int, learn: Rows, aside: Rows, held: Rows) -> FoldResult:
        if f == fold:
            adapting.fold(f, learn, aside, held)
            raise Done
        k = data.y.shape[1]
        empty = [np.zeros((len(r), k)) for r in (aside, held)]
        leans = [np.zeros((len(r), k, 2)) for r in (aside, held)]
        return FoldResult(aside, held, empty[0], leans[0], empty[1], leans[1], 1)

    try:
        judge(data, frozen, one, seed=SEED, divide=adapting.divide)
    except Done:
        print(f"fold {fold} is done")


if __name__ == "__main__":
    main()

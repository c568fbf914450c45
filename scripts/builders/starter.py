"""Train the shipped starter model from its invented corpus.

    python scripts/builders/starter.py
    python scripts/builders/starter.py --only comb-starter-mpnet

Validation is by topic: no excerpt is scored by a model that has seen its target behaviour, the
opposite one, or one of the same family (smoking and vaping, say). Settings, thresholds and confidence
rest on the corpus's whole conversations, which are like real talk; its single excerpts only teach.
The encoder is adapted once for one half of the families, to judge by, and once for good, to all of
them. When talk is added to the corpus it goes on from where it was (``Round``), and families keep their
halves. comb-starter learns from the coders and from the larger starter together (``taught``): of a
half's excerpts it hears a teacher that has learned from that half alone. Both need the larger encoder
(precode models fetch comb-starter-mpnet), and take two hours or three on two cores: what is done is
kept in --scratch, by what it follows from. The bundle is written to models/.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from invented import FOLDER, additions, corpus, training
from rounds import FOLDS, KINDS, SEED, Adapting, folds_of

import precode
from precode.agreement.scores import score_binary, score_codes
from precode.codebook import Codebook, read_codebook
from precode.files.offline import offline
from precode.model.bundle_files import save
from precode.model.encoder import encoder_key
from precode.model.features import LAYERS
from precode.model.finetune.graph import key_of
from precode.model.finetune.tuned import Tuned
from precode.model.finetune.validate import judge
from precode.model.train import fit_bundle
from precode.model.training import Training
from precode.model.validate import OutOfFold, cross_validate
from precode.model.weights import find_weights
from precode.resources import codebooks

Rows = npt.NDArray[np.intp]
Row = dict[str, Any]

DRAWS, FLOOR = 1000, 10
TOGETHER = 2  # of the folds: held out from one adaptation, each of which takes long
TIMES = {1: "once", 2: "twice", 3: "three times"}


def _place(name: str) -> Path:
    """The folder of the starter ``name`` in models/."""
    return FOLDER.with_name(name)


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
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0: as many as there are")
    parser.add_argument("--only", choices=KINDS, default="comb-starter", help="which starter")
    place = Path(tempfile.gettempdir()) / "precode-starter"
    parser.add_argument("--scratch", type=Path, default=place, help="where what is done is kept")
    options = parser.parse_args()
    kind = KINDS[options.only]
    offline()
    if options.threads:
        import torch

        torch.set_num_threads(options.threads)
    rows, book = corpus(), read_codebook(codebooks()["comb"])
    rows = [r for r, n in zip(rows, additions(rows), strict=True) if n < len(kind.rounds)]
    data, todo, terms = training(rows, book)
    since = additions(rows)
    if set(since.tolist()) != set(range(len(kind.rounds))):
        parser.error(
            f"{options.only} learns in {len(kind.rounds)} rounds, each of talk added before it"
        )
    frozen = cross_validate(data, folds=FOLDS, seed=SEED, fold=folds_of(data, since))
    assert frozen is not None
    assert frozen.nested
    # the frozen heads' setting alone was then chosen with the other half of what is held out
    frozen = replace(frozen, fold=np.where(frozen.fold < TOGETHER, 0, -1))
    adapting = Adapting(data, todo, since, options.only, options.scratch)
    judged = judge(data, frozen, adapting.fold, seed=SEED, divide=adapting.divide)
    judged_by = frozen.fold >= 0
    whole, single = np.flatnonzero(judged_by & data.gold), np.flatnonzero(judged_by & ~data.gold)
    told = {
        **figures(data, judged.out, book, whole, name="conversations"),
        **figures(data, judged.out, book, single, name="single excerpts"),
    }
    plain = figures(data, frozen, book, whole, name="conversations, encoder as it comes")
    print(json.dumps(plain, indent=1))
    folder, heads = adapting.final(judged.epochs)
    about = {
        "name": options.only, "precode": precode.__version__, "behaviour": "", "unit": "sentence",
        "codebook": {"name": book.name, "version": book.version, "hash": book.hash},
        "coders": ["first", "second"], "seed": SEED,
        "trained_on": "models/comb-starter/corpus.jsonl: invented excerpts",
        "validation": told,
        "frozen": {k: v for k, v in plain.items() if "macro" in k or "nothing" in k},
        "encoder": {
            "epochs": [*(r.plan.epochs for r in kind.rounds[:-1]), judged.epochs],
            "rank": kind.rounds[0].plan.rank,
        },
    }  # fmt: skip
    bundle = fit_bundle(
        data, judged.out, codebook=book, terms=terms, encoder_model="minilm",
        encoder_key=encoder_key(find_weights("minilm"), LAYERS, "f32"),
        modelled=np.ones(len(book.leaves), dtype=bool), about=about,
    )  # fmt: skip
    reading = kind.reading
    key = key_of(folder, kind.encoder, reading, "f32")
    tuned = Tuned(folder, kind.encoder, key, reading, heads, judged.codes, judged.polarity)
    # what its promises would rest on is of invented talk: a study makes them with its own
    bundle = replace(bundle, tuned=tuned, held_out=None)
    table = "\n".join(f"| {name} | {value} |" for name, value in told.items())
    card = Path(__file__).with_name(kind.card).read_text(encoding="utf-8")
    target = _place(options.only)
    learned = FOLDER / "corpus.jsonl"  # lies with one of them alone
    beside = {learned.name: learned.read_bytes()} if target == FOLDER else None
    with tempfile.TemporaryDirectory() as made:
        talks = [r["conversation"] for r in rows if "conversation" in r]
        for name, value in {
            "FIGURES": table, "AGAIN": TIMES.get(judged.epochs, f"{judged.epochs} times"), "ROWS": f"{len(rows):,}",
            "WHOLE": f"{len(talks):,}", "TALKS": f"{len(set(talks)):,}",
            "PLAIN": f"{int((since > 0).sum()):,}",
        }.items():  # fmt: skip
            card = card.replace(f"@{name}@", value)
        save(bundle, Path(made) / "bundle", card, beside=beside)
        shutil.copytree(Path(made) / "bundle", target, dirs_exist_ok=True)
    print(table)


if __name__ == "__main__":
    main()

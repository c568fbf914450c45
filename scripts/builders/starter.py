"""Train the shipped starter model from its invented corpus.

    python scripts/builders/starter.py

Validation is by target behaviour: no excerpt is scored by a model that has seen its behaviour. The
bundle is written to models/comb-starter/; the same corpus gives the same bundle but for its date.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

import precode
from precode.agreement.scores import score_binary, score_codes
from precode.codebook import read_codebook
from precode.domain import Polarity
from precode.model.bundle import save
from precode.model.encoder import encoder_key, load_encoder
from precode.model.features import LAYERS, measure, vocabulary
from precode.model.passages import passages_from_texts
from precode.model.train import fit_bundle
from precode.model.validate import Training, cross_validate
from precode.model.weights import find_weights
from precode.resources import codebooks, shipped

FOLDER = shipped("models") / "comb-starter"
SEED, DRAWS, FLOOR, FOLDS = 1, 1000, 10, 5
SHARES = {Polarity.BARRIER: (1, 0), Polarity.FACILITATOR: (0, 1), Polarity.BOTH: (1, 1)}


def corpus() -> list[dict[str, Any]]:
    """The invented excerpts, each with both coders' codes."""
    with (FOLDER / "corpus.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def targets(rows: list[dict[str, Any]], codes: tuple[str, ...]) -> tuple[Any, Any]:
    """``y (n, k)``: share of the two coders; ``polarity (n, k, 2)``, NaN where none is definite."""
    y = np.zeros((len(rows), len(codes)))
    polarity = np.full((len(rows), len(codes), 2), np.nan)
    for i, row in enumerate(rows):
        for j, code in enumerate(codes):
            given = [Polarity(c[code]) for c in (row["first"], row["second"]) if code in c]
            y[i, j] = len(given) / 2
            definite = [SHARES[p] for p in given if p in SHARES]
            if definite:
                polarity[i, j] = np.mean(definite, axis=0)
    return y, polarity


def main() -> None:
    rows = corpus()
    book = read_codebook(codebooks()["comb"])
    y, polarity = targets(rows, book.leaf_ids)
    todo = passages_from_texts(
        [r["text"] for r in rows],
        [r["before"] for r in rows],
        [r["behaviour"] for r in rows],
        [r["id"] for r in rows],
    )
    cache = user_cache_path("precode", appauthor=False)
    encoder = load_encoder("minilm", LAYERS, cache=cache)
    terms = vocabulary([p.text for p in todo])
    groups = np.array([r["behaviour"] for r in rows])
    gold = np.ones(len(rows), dtype=bool)
    raw = measure(todo, terms, encoder.encode)
    data = Training(raw, y, polarity, groups, gold, "many")
    out = cross_validate(data, folds=FOLDS, seed=SEED)
    assert out is not None
    rng = np.random.default_rng(SEED)
    truth = y >= 0.5
    scores = score_codes(
        truth, out.decision, book.leaf_ids, groups.tolist(), rng=rng, draws=DRAWS, floor=FLOOR
    )
    nothing = score_binary(
        ~truth.any(1), ~out.decision.any(1), groups.tolist(), rng=rng, draws=DRAWS, floor=FLOOR
    )
    sure = np.abs(polarity[:, :, 0] - polarity[:, :, 1]) == 1
    barrier = polarity[:, :, 0][sure] == 1
    guess = out.polarity[sure][:, 0] >= out.polarity[sure][:, 1]
    where = np.broadcast_to(groups[:, None], sure.shape)[sure].tolist()
    direction = score_codes(
        np.column_stack([barrier, ~barrier]), np.column_stack([guess, ~guess]),
        ("barrier", "facilitator"), where, rng=rng, draws=DRAWS, floor=FLOOR,
    )  # fmt: skip
    figures = {
        **{book[c].label: f"n {s.positives}, F1 {s.f1}" for c, s in scores.codes.items()},
        "nothing applies": f"n {nothing.positives}, F1 {nothing.f1}",
        "macro-F1 of the six": str(scores.macro_f1),
        "polarity, macro-F1": str(direction.macro_f1),
    }
    about = {
        "name": "comb-starter", "precode": precode.__version__, "behaviour": "", "unit": "sentence",
        "codebook": {"name": book.name, "version": book.version, "hash": book.hash},
        "coders": ["first", "second"], "seed": SEED,
        "trained_on": "models/comb-starter/corpus.jsonl: invented excerpts",
        "validation": figures,
    }  # fmt: skip
    bundle = fit_bundle(
        data, out, codebook=book, terms=terms, encoder_model="minilm",
        encoder_key=encoder_key(find_weights("minilm"), LAYERS, "f32"),
        modelled=np.ones(len(book.leaves), dtype=bool), about=about,
    )  # fmt: skip
    table = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    card = (
        Path(__file__)
        .with_name("starter_card.md")
        .read_text(encoding="utf-8")
        .replace("@FIGURES@", table)
    )
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "bundle"
        save(bundle, made, card)
        for file in made.iterdir():
            shutil.copyfile(file, FOLDER / file.name)
    print(card)


if __name__ == "__main__":
    main()

"""The starter model on real talk that it never saw: ../shared/data/comb-talk.

    python scripts/benchmarks/starter.py --json starter.json

360 sentences of public dialogues, coded blind by two AI coders (not human gold); scored where both
gave the same sub-domains. Physical capability is too rare there to score. The talk is small: look
at it seldom, and choose by validation elsewhere.
"""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import numpy as np
from _bench import Figure, arguments, finish
from sklearn.metrics import f1_score

from precode.codebook import read_codebook
from precode.resources import codebooks
from precode.steps.predict_files import predict_table

DATA = Path(__file__).parents[3] / "shared" / "data" / "comb-talk" / "comb-talk.jsonl"
BARS = {"top": 0.65, "polarity": 0.80, "nothing": 0.60}


def main() -> None:
    options = arguments(__doc__)
    if not DATA.exists():
        raise SystemExit(f"no data at {DATA}: this benchmark needs it")
    talk = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    codes = read_codebook(codebooks()["comb"]).leaf_ids
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "talk.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(
                file, ("sentence", "context", "behaviour"), extrasaction="ignore"
            )
            writer.writeheader()
            writer.writerows(talk)
        pre = predict_table(
            "comb-starter", table, text_column="sentence", context_column="context",
            behaviour_column="behaviour",
        )  # fmt: skip
    rows = [dict(zip(pre.columns, row, strict=True)) for row in pre.rows]
    agree = [i for i, t in enumerate(talk) if set(t["coder_a"]) == set(t["coder_b"])]
    p = np.array([[float(str(r[f"{c}.p"])) for c in codes] for r in rows])
    given = np.array([[int(str(r[f"{c}.decision"])) for c in codes] for r in rows])

    scored = [j for j, c in enumerate(codes) if c != "physical_capability"]
    truth, guess = [], []
    for i in agree:
        gold = {codes.index(c) for c in talk[i]["coder_a"]} & set(scored)
        if gold:
            best = scored[int(p[i, scored].argmax())]
            truth.append(best if best in gold else min(gold))
            guess.append(best)
    top = f1_score(truth, guess, labels=scored, average="macro")
    none = np.array([not talk[i]["coder_a"] for i in agree])
    nothing = f1_score(none, given[agree].sum(1) == 0)
    known, said = [], []
    for t, r in zip(talk, rows, strict=True):
        for c in set(t["coder_a"]) & set(t["coder_b"]):
            if t["coder_a"][c] == t["coder_b"][c] and t["coder_a"][c] in ("barrier", "facilitator"):
                known.append(t["coder_a"][c])
                said.append(str(r[f"{c}.polarity"]))
    polarity = f1_score(known, said, labels=["barrier", "facilitator"], average="macro")
    finish(
        [
            Figure("sentences scored", f"{len(agree)}, with a code {len(truth)}"),
            *(
                Figure(name, f"{value:.3f}", f"≥ {bar:.2f}", bool(value >= bar))
                for name, value, bar in (
                    ("most probable code, macro-F1 of five", top, BARS["top"]),
                    (f"polarity, macro-F1 (n = {len(known)})", polarity, BARS["polarity"]),
                    ("nothing applies, F1", nothing, BARS["nothing"]),
                )
            ),
        ],
        options,
    )


if __name__ == "__main__":
    main()

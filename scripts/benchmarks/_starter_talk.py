"""Real talk coded to COM-B, and how a starter does on it."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _bench import Figure
from sklearn.metrics import f1_score

from precode.codebook import read_codebook
from precode.resources import codebooks
from precode.steps.predict_files import predict_table

Row = dict[str, Any]

DATA = Path(__file__).parents[3] / "shared" / "data"
RARE = "physical_capability"  # too few in either set to be scored
LAST = 3  # utterances before, and sentences of the same turn before
MOST = 900  # characters


def comb_talk() -> list[Row]:
    """comb-talk: the figures that are reported. Looked at seldom; nothing is chosen by it."""
    file = _there(DATA / "comb-talk" / "comb-talk.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def dialogues() -> list[Row]:
    """480 sentences of 80 AnnoMI dialogues that comb-talk does not have, coded for this project by two
    blind AI coders with the same definitions (annomi_comb.jsonl: codes alone, no text): what choices
    may be looked at with. ``read``: of a dialogue whose mistakes were read before talk was added to
    the starter's corpus. Never trained on.
    """
    turns: dict[int, dict[int, tuple[str, str, str]]] = {}
    with _there(DATA / "annomi" / "AnnoMI-full.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            told = r["interlocutor"], r["utterance_text"], r["topic"].strip()
            turns.setdefault(int(r["transcript_id"]), {}).setdefault(int(r["utterance_id"]), told)
    out = []
    beside = Path(__file__).with_name("annomi_comb.jsonl")
    for row in map(json.loads, beside.read_text(encoding="utf-8").splitlines()):
        talk = turns[row["transcript"]]
        before = [f"{who}: {said}" for n, (who, said, _) in sorted(talk.items())
                  if n < row["utterance"]][-LAST:]  # fmt: skip
        own = re.split(r"(?<=[.!?])\s+", talk[row["utterance"]][1].strip())
        same = own[max(0, row["sentence"] - LAST) : row["sentence"]]
        heard = "\n".join([*before, *([f"client: {' '.join(same)}"] if same else [])])
        topic = talk[min(talk)][2]
        out.append(
            {**row, "sentence": own[row["sentence"]], "context": heard[-MOST:], "behaviour": topic}
        )
    return out


def _there(file: Path) -> Path:
    if not file.exists():
        raise SystemExit(f"no data at {file}: this benchmark needs it")
    return file


def pre_coded(starter: str, talk: Sequence[Row]) -> list[Row]:
    """What the shipped ``starter`` says of ``talk``, a row each, as ``precode predict`` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "talk.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(
                file, ("sentence", "context", "behaviour"), extrasaction="ignore"
            )
            writer.writeheader()
            writer.writerows(talk)
        pre = predict_table(
            starter, table, text_column="sentence", context_column="context",
            behaviour_column="behaviour",
        )  # fmt: skip
    return [dict(zip(pre.columns, row, strict=True)) for row in pre.rows]


def figures(
    talk: Sequence[Row], rows: Sequence[Row], name: str, bars: dict[str, float] | None = None
) -> list[Figure]:
    """How right ``rows`` of :func:`pre_coded` are, where both coders of ``talk`` gave the same codes."""
    codes = read_codebook(codebooks()["comb"]).leaf_ids
    agree = [i for i, t in enumerate(talk) if set(t["coder_a"]) == set(t["coder_b"])]
    p = np.array([[float(str(r[f"{c}.p"])) for c in codes] for r in rows])
    given = np.array([[int(str(r[f"{c}.decision"])) for c in codes] for r in rows])

    scored = [j for j, c in enumerate(codes) if c != RARE]
    truth, guess = [], []
    for i in agree:
        gold = {codes.index(c) for c in talk[i]["coder_a"]} & set(scored)
        if gold:
            best = scored[int(p[i, scored].argmax())]
            truth.append(best if best in gold else min(gold))
            guess.append(best)
    top = f1_score(truth, guess, labels=scored, average="macro")
    none = np.array([not talk[i]["coder_a"] for i in agree])
    left = given[agree].sum(1) == 0
    right = int((none & left).sum())
    known, said = [], []
    for t, r in zip(talk, rows, strict=True):
        for c in set(t["coder_a"]) & set(t["coder_b"]):
            if t["coder_a"][c] == t["coder_b"][c] and t["coder_a"][c] in ("barrier", "facilitator"):
                known.append(t["coder_a"][c])
                said.append(str(r[f"{c}.polarity"]))
    polarity = f1_score(known, said, labels=["barrier", "facilitator"], average="macro")
    out = [Figure(f"{name}: sentences scored", f"{len(agree)}, with a code {len(truth)}")]
    for key, what, value in (
        ("top", "most probable code, macro-F1 of five", top),
        ("polarity", f"polarity, macro-F1 (n = {len(known)})", polarity),
        ("nothing", "nothing applies, F1", f1_score(none, left)),
    ):
        bar = (bars or {}).get(key)
        told = (f"≥ {bar:.2f}", bool(value >= bar)) if bar is not None else ()
        out.append(Figure(f"{name}: {what}", f"{value:.3f}", *told))
    out.append(
        Figure(
            f"{name}: nothing applies, left uncoded",
            f"{right} of {none.sum()}; {left.sum()} in all",
        )
    )
    return out

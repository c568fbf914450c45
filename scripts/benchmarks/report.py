"""How long a report of a large study takes, in every format, and how much memory.

    python scripts/benchmarks/report.py --json report.json

The study is invented by chance: 200 interviews and 20 focus groups of five, read in full by two
coders, 50,000 codings, 1,000 rows of a table that could not be placed. Measured from outside, on
``precode report`` as a process; then inside one, with machine codes for every sentence besides.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from _bench import Figure, arguments, finish

from precode.domain import (
    CodePolarity,
    Event,
    EventKind,
    Kind,
    Participant,
    Polarity,
    ReadTranscript,
    Role,
    Sentence,
    Transcript,
    Turn,
)
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables
from precode.report.view import MachineCodes, StudyView
from precode.steps.init import init
from precode.steps.opening import open_study
from precode.steps.report import FORMATS
from precode.steps.reporting.view import view_of

CODINGS, QUICK_CODINGS = 50_000, 5_000
SECONDS, GIGABYTES = 20.0, 1.0
CODERS = ("ANNA", "BEN")
UNPLACED = 1_000
WORDS = ["clinic", "bus", "nurse", "week", "letter", "form", "time", "money", "daughter", "knee", "shift", "ward", "rota", "tablet", "pain", "friend", "habit", "sleep", "phone", "kitchen", "garden", "doctor", "queue", "paper", "screen", "price", "road"]  # fmt: skip
ATTRIBUTES = {
    "gender": ("woman", "man", "not said"),
    "age band": ("18-25", "26-45", "46-65", "66+"),
    "profession": tuple(f"profession {i}" for i in range(30)),
    "setting": ("primary care", "secondary care", "community"),
    "health board": tuple(f"board {i}" for i in range(7)),
}


def talk(rng: random.Random, name: str, kind: Kind, people: int, sentences: int) -> ReadTranscript:
    """A transcript of ``sentences``, in turns of up to four."""
    text, spans = "", []
    turn = -1
    for k in range(sentences):
        if k % rng.randint(1, 4) == 0:
            turn += 1
        said = f"Point {k}: the {' '.join(rng.choices(WORDS, k=rng.randint(4, 25)))} came up."
        spans.append((turn, len(text), len(text) + len(said)))
        text += said + "\n"
    transcript = Transcript.make(name, text, kind)
    turns, found = [], []
    for index in range(turn + 1):
        mine = [s for s in spans if s[0] == index]
        speaker = f"P{index % people + 1}"
        turns.append(Turn(index, speaker, Role.PARTICIPANT, mine[0][1], mine[-1][2]))
    for index, start, end in spans:
        key = Sentence.make_id(transcript.id, start, end)
        found.append(Sentence(key, transcript.id, index, start, end, text[start:end]))
    return ReadTranscript(transcript, tuple(turns), tuple(found), f"{name}.txt", transcript.sha256)


def make_study(folder: Path, codings: int) -> Path:
    path = folder / "study"
    init(path, behaviour="coming to the clinic")
    rng = random.Random(codings)
    each = max(codings // 300, 10)
    read = [talk(rng, f"interview-{i:03}", Kind.INTERVIEW, 1, each) for i in range(200)]
    read += [talk(rng, f"group-{i:02}", Kind.FOCUS_GROUP, 5, 5 * each) for i in range(20)]
    people = [
        Participant(t.transcript.id, label, {k: rng.choice(v) for k, v in ATTRIBUTES.items()})
        for t in read
        for label in sorted({u.speaker for u in t.turns})
    ]
    with open_study(path, verb="benchmark", write=True) as study:
        study.store.add_transcripts(read, people)
        codes = study.codebook.leaf_ids
        every = [(s, coder) for r in read for s in r.sentences for coder in CODERS]
        events = []
        for s, coder in rng.sample(every, min(codings, len(every))):
            polarity = rng.choice((Polarity.BARRIER, Polarity.FACILITATOR))
            given = (CodePolarity(rng.choice(codes), polarity),)
            events.append(
                Event(EventKind.DECISION, coder, s.transcript_id, s.start, s.end, codes=given)
            )
        lost = [
            {
                "row": f"codes.csv, row {i}",
                "coder": "ANNA",
                "text": " ".join(rng.choices(WORDS, k=20)),
            }
            for i in range(UNPLACED)
        ]
        study.store.append(events, lost)
    return path


def measured(study: Path, forms: str) -> tuple[float, float]:
    """Seconds and gigabytes at most of one ``precode report``."""
    command = [sys.executable, "-m", "precode", "report", "--format", forms, "--study", str(study)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"precode report --format {forms} failed: {process.returncode}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def pre_coded(view: StudyView) -> StudyView:
    """``view`` with a code of the machine's on every fifth sentence or so."""
    rng = np.random.default_rng(1)
    n, k = len(view.sentences), len(view.codebook.leaf_ids)
    p = rng.random((n, k))
    decision = p > 0.97
    verdict = np.where(decision.any(axis=1), rng.choice(["accept", "review"], n), "none")
    polarity = rng.choice(["barrier", "facilitator"], (n, k))
    ids = tuple(s.id for s in view.sentences)
    return replace(
        view, machine=MachineCodes("run", "model", "bundle", ids, p, decision, polarity, verdict)
    )


def main() -> None:
    options = arguments(__doc__)
    codings = QUICK_CODINGS if options.quick else CODINGS
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder), codings)
        with open_study(study, verb="benchmark", write=False) as opened:
            view = view_of(opened)
        people = len(view.participants)
        figures.append(
            Figure(
                "study",
                f"{len(view.human.codings):,} codings, {people} people, {len(view.sentences):,} sentences",
            )
        )
        for forms in (*FORMATS, ",".join(FORMATS)):
            seconds, gigabytes = measured(study, forms)
            held = seconds < SECONDS and gigabytes < GIGABYTES
            value = f"{seconds:.1f} s, {gigabytes:.2f} GB"
            figures.append(
                Figure(
                    f"precode report --format {forms}",
                    value,
                    f"{SECONDS:.0f} s, {GIGABYTES:.0f} GB",
                    held,
                )
            )
        start = time.perf_counter()
        tables = make_tables(pre_coded(view))
        made = time.perf_counter() - start
        for form, write in FORMATS.items():
            start = time.perf_counter()
            file = write(document(tables), Path(folder) / f"report.{form}")
            seconds = time.perf_counter() - start
            figures.append(
                Figure(
                    f"drawing .{form} alone, with machine codes",
                    f"{seconds:.1f} s, {file.stat().st_size / 1e6:.1f} MB",
                )
            )
        figures.append(Figure("making its tables", f"{made:.1f} s"))
    finish(figures, options)


if __name__ == "__main__":
    main()

"""How many transcripts a minute ``precode add`` takes in, and whether memory grows with their number.

    python scripts/benchmarks/throughput.py --json throughput.json

Invented interviews of 10,000 words each, as .txt, .docx, .odt, .rtf, .html, .vtt and .csv in turn,
are added to a new study by the command line, in a process of its own that may use two cores; its
peak memory is compared between few files and four times as many. PDFs are timed apart: their reader
is a process for each file.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _bench import Figure, arguments, finish
from _formats import MAKERS

from precode.steps.init import init

WORDS = 10_000
MANY, FEW = 80, 20
QUICK_MANY, QUICK_FEW = 24, 8
BAR = 50  # transcripts a minute
FLAT = 1.1  # of peak memory, at four times as many files
VOCABULARY = [
    "the",
    "a",
    "I",
    "we",
    "they",
    "you",
    "it",
    "that",
    "which",
    "and",
    "but",
    "so",
    "because",
    "when",
    "then",
    "there",
    "here",
    "not",
    "never",
    "always",
    "clinic",
    "nurse",
    "doctor",
    "bus",
    "money",
    "time",
    "sister",
    "brother",
    "mother",
    "friend",
    "neighbour",
    "waiting",
    "room",
    "letter",
    "phone",
    "call",
    "week",
    "month",
    "morning",
    "tablets",
    "pain",
    "sleep",
    "work",
    "home",
    "garden",
    "town",
    "school",
    "children",
    "went",
    "came",
    "said",
    "told",
    "thought",
    "felt",
    "knew",
    "wanted",
    "needed",
    "asked",
    "tried",
    "stopped",
    "started",
    "helped",
    "worried",
    "forgot",
]


def interview(rng: random.Random) -> list[tuple[str, str]]:
    """(label, speech) turns of about 10,000 words."""
    turns, words = [], 0
    while words < WORDS:
        question = " ".join(rng.choices(VOCABULARY, k=rng.randint(4, 14))).capitalize() + "?"
        sentences = [
            " ".join(rng.choices(VOCABULARY, k=rng.randint(3, 28))).capitalize()
            + rng.choice((".", ".", ".", "…", "?"))
            for _ in range(rng.randint(1, 9))
        ]
        turns += [("INT", question), ("P1", " ".join(sentences))]
        words += len(question.split()) + sum(len(s.split()) for s in sentences)
    return turns


def make(folder: Path, count: int, kinds: list[str], seed: int) -> None:
    rng = random.Random(seed)
    folder.mkdir()
    for number in range(count):
        kind = kinds[number % len(kinds)]
        (folder / f"interview-{number:03}.{kind}").write_bytes(MAKERS[kind](interview(rng)))


def added(study: Path, talk: Path) -> tuple[float, float, float]:
    """(seconds, peak megabytes, seconds of processor time) of one ``precode add``."""
    init(study, behaviour="coming to the clinic")
    program = (
        "import os, sys, resource\n"
        "if hasattr(os, 'sched_setaffinity'):\n"
        "    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])\n"
        "from precode.cli.main import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit as done:\n"
        "    assert not done.code, done.code\n"
        "print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    start, worked = time.perf_counter(), _processor()
    done = subprocess.run(
        [sys.executable, "-c", program, "add", str(talk), "--study", str(study)],
        check=False, capture_output=True, text=True, env={**os.environ},
    )  # fmt: skip
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"add failed: {done.stderr[-2000:]}")
    peak = int(done.stdout.rsplit("PEAK", 1)[1])
    megabytes = peak / (2**20 if sys.platform == "darwin" else 2**10)
    return seconds, megabytes, _processor() - worked


def _processor() -> float:
    times = os.times()
    return times.children_user + times.children_system


def figures(quick: bool) -> list[Figure]:
    """Add few, then many."""
    few, many = (QUICK_FEW, QUICK_MANY) if quick else (FEW, MANY)
    kinds = ["txt", "docx", "odt", "rtf", "html", "vtt", "csv"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "few", few, kinds, 1)
        make(folder / "many", many, kinds, 2)
        make(folder / "pdf", few, ["pdf"], 3)
        _, small, _ = added(folder / "study-few", folder / "few")
        seconds, large, worked = added(folder / "study-many", folder / "many")
        pdf, _, pdf_worked = added(folder / "study-pdf", folder / "pdf")
    rate, pdfs = 60 * many / seconds, 60 * few / pdf
    return [
        Figure(f"transcripts of {WORDS:,} words added a minute ({many} files)", f"{rate:.0f}",
               f"{BAR}", rate >= BAR),
        Figure(f"the same, PDFs only ({few} files)", f"{pdfs:.0f}", f"{BAR}", pdfs >= BAR),
        Figure("processor time for one of them, for a PDF",
               f"{worked / many:.2f} s, {pdf_worked / few:.2f} s"),
        Figure(f"peak memory, {few} files", f"{small:.0f} MB"),
        Figure(f"peak memory, {many} files", f"{large:.0f} MB", f"{FLAT} × {small:.0f} MB",
               large <= FLAT * small),
    ]  # fmt: skip


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


if __name__ == "__main__":
    main()

"""How long a coder waits: from a key to the next sentence, with pools of 1,000 to 100,000.

    python scripts/benchmarks/_active_latency.py

The talk is invented by chance. Measured from outside, on ``precode review`` as a process, line by
line over a pipe and on the full screen over a pseudo-terminal of 80×24: from writing the answer to
having read the next item, while the machine learns in the background.
The background is timed alone, once its sentences are embedded, beside small-text's update and
query (breaking ties, logistic regression on the same embeddings) in the same run.
"""

from __future__ import annotations

import os
import random
import re
import select
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _bench import Figure, arguments, finish

from precode.domain import (
    CodePolarity,
    Event,
    EventKind,
    Kind,
    Polarity,
    ReadTranscript,
    Role,
    Sentence,
    Transcript,
    Turn,
)
from precode.files.offline import offline
from precode.steps.init import init
from precode.steps.loop.relearn import relearn
from precode.steps.opening import open_study

POOLS = (1_000, 10_000, 100_000)
ANSWERS = 120
LABELLED = 200
WAIT = 0.050  # seconds from Enter to the next item
A_TRANSCRIPT = 500  # sentences
CODER = "ANNA"
WORDS = [
    "bus",
    "clinic",
    "nurse",
    "week",
    "letter",
    "form",
    "time",
    "money",
    "daughter",
    "knee",
    "shift",
    "ward",
    "rota",
    "tablet",
    "pain",
    "friend",
    "habit",
    "sleep",
    "phone",
    "kitchen",
    "garden",
    "doctor",
    "queue",
    "paper",
    "screen",
    "price",
    "road",
    "winter",
    "morning",
    "night",
    "leaflet",
    "lunch",
    "team",
    "manager",
    "neighbour",
    "cousin",
    "stairs",
    "weather",
    "lift",
    "chair",
    "window",
    "ticket",
]
ITEM = re.compile(r"Decided (\d+)")


def talk(rng: random.Random, n: int) -> list[ReadTranscript]:
    """``n`` codable sentences, no two alike, in transcripts of 500."""
    out = []
    for number in range(0, n, A_TRANSCRIPT):
        text, turns, sentences = "", [], []
        name = f"talk-{number // A_TRANSCRIPT:04}"
        spans = []
        for k in range(min(A_TRANSCRIPT, n - number)):
            said = f"In week {number + k} the {' '.join(rng.choices(WORDS, k=6))} came up again."
            spans.append((len(text), len(text) + len(said)))
            text += said + "\n"
        transcript = Transcript.make(name, text, Kind.INTERVIEW)
        for index, (start, end) in enumerate(spans):
            turns.append(Turn(index, "P1", Role.PARTICIPANT, start, end))
            key = Sentence.make_id(transcript.id, start, end)
            sentences.append(Sentence(key, transcript.id, index, start, end, text[start:end]))
        out.append(
            ReadTranscript(transcript, tuple(turns), tuple(sentences), name, transcript.sha256)
        )
    return out


def make_study(folder: Path, n: int) -> Path:
    """A study of ``n`` sentences, of which a colleague has coded some."""
    path = folder / f"study-{n}"
    init(path, behaviour="coming to the clinic")
    rng = random.Random(n)
    read = talk(rng, n)
    with open_study(path, verb="benchmark", write=True) as study:
        study.store.add_transcripts(read)
        codes = study.codebook.leaf_ids
        every = [s for r in read for s in r.sentences]
        events = []
        for s in rng.sample(every, LABELLED):
            given = (
                (CodePolarity(rng.choice(codes), Polarity.BARRIER),) if rng.random() < 0.5 else ()
            )
            events.append(
                Event(EventKind.DECISION, "BEN", s.transcript_id, s.start, s.end, codes=given)
            )
        study.store.append(events)
    return path


class Review:
    """``precode review --plain`` as a process, and what it shows."""

    def __init__(self, study: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "precode", "review", "--plain", "--coder", CODER, "--study", str(study)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._out, selectors.EVENT_READ)

    def until_asked(self) -> str:
        """Read until the next item is shown with its prompt."""
        shown = ""
        while not (ITEM.search(shown) and shown.endswith("\n> ")):
            if not self._ready.select(120):
                raise SystemExit("the review does not answer")
            got = os.read(self._out, 65536)
            if not got:
                raise SystemExit(f"the review ended: {shown}")
            shown += got.decode("utf-8", errors="replace")
            if shown.endswith("then Enter.\n> "):  # a suggestion that differs: keep the decision
                self.type("")
                shown = ""
        return shown

    def type(self, text: str) -> None:
        """``text`` and Enter."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def waits(study: Path, answers: int) -> tuple[float, list[float]]:
    """Seconds until the first item, and for each answer those until the next item."""
    begun = time.perf_counter()
    review = Review(study)
    review.until_asked()
    first = time.perf_counter() - begun
    out = []
    rng = random.Random(3)
    for _ in range(answers):
        time.sleep(rng.uniform(0.05, 0.15))  # a coder who does not read
        start = time.perf_counter()
        review.type(rng.choice(("n", "n", "s")))
        review.until_asked()
        out.append(time.perf_counter() - start)
    review.end()
    return first, out


class Screen:
    """``precode review`` on the full screen of a pseudo-terminal."""

    def __init__(self, study: Path) -> None:
        import pty

        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.environ["TERM"] = "xterm-256color"
            command = [sys.executable, "-m", "precode", "review", "--coder", CODER]
            os.execv(sys.executable, [*command, "--study", str(study)])
        import fcntl
        import termios

        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def until(self, shown: bytes, seconds: float = 60) -> bytes:
        """Read until ``shown`` was drawn; returns what was read."""
        end, drawn = time.monotonic() + seconds, b""
        while shown not in drawn:
            if not select.select([self._terminal], [], [], end - time.monotonic())[0]:
                raise SystemExit(f"the screen does not show {shown.decode()!r}")
            drawn += os.read(self._terminal, 65536)
        return drawn

    def rest(self, seconds: float) -> bytes:
        """What else is drawn within ``seconds``."""
        end, drawn = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                drawn += os.read(self._terminal, 65536)
        return drawn

    def type(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def end(self) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._terminal)


def screen_waits(study: Path, answers: int) -> list[float]:
    """As :func:`waits`, on the full screen: from the key to the new count with the next item."""
    screen = Screen(study)
    screen.until(b"0 done")
    screen.rest(1)
    out = []
    for done in range(1, answers + 1):
        start = time.perf_counter()
        screen.type(b"n")
        drawn = screen.until(b"%d done" % done)
        out.append(time.perf_counter() - start)
        if b"Enter keeps" in drawn + screen.rest(0.1):  # a suggestion that differs
            screen.type(b"\r")
            screen.rest(0.1)
    screen.end()
    return out


def background(study: Path) -> float:
    """Seconds to learn and rank again, embeddings given."""
    relearn(study, coder=CODER)
    start = time.perf_counter()
    relearn(study, coder=CODER)
    return time.perf_counter() - start


def small_text(n: int) -> tuple[float, float] | None:
    """Seconds of small-text's update and query at a pool of ``n``; None where it is not there."""
    try:
        from small_text import (
            BreakingTies,
            ConfidenceEnhancedLinearSVC,
            PoolBasedActiveLearner,
            SklearnClassifierFactory,
            SklearnDataset,
        )
    except ImportError:
        return None
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(1)
    x = csr_matrix(rng.normal(size=(n, 384)).astype(np.float32))
    y = rng.integers(0, 6, n)
    learner = PoolBasedActiveLearner(
        SklearnClassifierFactory(ConfidenceEnhancedLinearSVC(), 6),
        BreakingTies(),
        SklearnDataset(x, y, target_labels=np.arange(6)),
    )
    first = rng.choice(n, LABELLED, replace=False)
    learner.initialize_data(first, y[first])
    start = time.perf_counter()
    asked = learner.query(num_samples=20)
    queried = time.perf_counter()
    learner.update(y[asked])
    return time.perf_counter() - queried, queried - start


def figures(quick: bool) -> list[Figure]:
    """Waits at every pool, and the background's work."""
    offline()
    out: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for n in POOLS[:1] if quick else POOLS:
            study = make_study(Path(folder), n)
            if not quick:
                took = background(study)
            first, measured = waits(study, 25 if quick else ANSWERS)
            p50, p99 = np.quantile(measured, [0.5, 0.99])
            out.append(Figure(f"pool {n:,}: start to first item", f"{first:.1f} s"))
            out.append(
                Figure(
                    f"pool {n:,}: Enter to next item, p50 / p99",
                    f"{1000 * p50:.0f} / {1000 * p99:.0f} ms",
                    f"p99 ≤ {1000 * WAIT:.0f} ms",
                    bool(p99 <= WAIT),
                )
            )
            if hasattr(os, "fork"):
                p50, p99 = np.quantile(screen_waits(study, 25 if quick else ANSWERS), [0.5, 0.99])
                out.append(
                    Figure(
                        f"pool {n:,}: the same on the full screen, p50 / p99",
                        f"{1000 * p50:.0f} / {1000 * p99:.0f} ms",
                        f"p99 ≤ {1000 * WAIT:.0f} ms",
                        bool(p99 <= WAIT),
                    )
                )
            if quick:
                continue
            out.append(Figure(f"pool {n:,}: learn and rank in the background", f"{took:.1f} s"))
            theirs = small_text(n)
            said = "not installed" if theirs is None else f"{theirs[0]:.1f} s + {theirs[1]:.1f} s"
            out.append(Figure(f"pool {n:,}: small-text's update + query, no validation", said))
    return out


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


if __name__ == "__main__":
    main()

"""Are decisions kept when a review is killed? ``kill -9`` at random moments, then count.

    python scripts/benchmarks/kill_review.py --json kill_review.json

A script answers ``precode review`` over a pipe, as a person would by keyboard. Each session is
killed at a random moment, most of them while a decision is being stored. A decision counts as
acknowledged once the next item was shown. After each kill the database is read: every acknowledged
decision must be there, in order, with its code, polarity and memo; and the next session must go on
where that one stopped. No model is needed. The moments are drawn with a fixed seed.
"""

from __future__ import annotations

import os
import random
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from _bench import Figure, arguments, finish

from precode.domain import EventKind
from precode.steps.add import add
from precode.steps.init import init
from precode.steps.opening import open_study

KILLS, QUICK_KILLS = 50, 15
INTERVIEWS, REPLIES = 5, 150
CODER = "KATE"
ANSWERS = {
    "n": "[]",
    "1b\n": "physical_capability barrier",
    "4f\n": "social_opportunity facilitator",
    "5x\n": "reflective_motivation both",
}
ITEM = re.compile(r"^Item \d+ of \d+", re.MULTILINE)


@dataclass
class Tally:
    """What the sessions came to."""

    acknowledged: list[str] = field(default_factory=list)
    unheard: int = 0
    midway: int = 0
    resumed: int = 0
    sound: int = 0
    kept: bool = True
    waits: list[float] = field(default_factory=list)


def make_study(folder: Path) -> Path:
    """A study of invented talk."""
    talk = folder / "talk"
    talk.mkdir()
    for i in range(INTERVIEWS):
        turns = [
            f"INT: Then?\nP{i}: In week {n} I came by bus, number {i}.\n" for n in range(REPLIES)
        ]
        (talk / f"interview-{i}.txt").write_text("".join(turns), encoding="utf-8")
    study = folder / "study"
    init(study, behaviour="coming to the clinic")
    add(study, [talk])
    return study


class Review:
    """A ``precode review`` as a process, and what it has shown."""

    def __init__(self, study: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "precode", "review", "--coder", CODER, "--study", str(study)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        assert self.process.stdout is not None
        self._out = self.process.stdout.fileno()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._out, selectors.EVENT_READ)
        self.shown = ""

    def item(self, seconds: float) -> bool:
        """Read until an item is shown with its prompt, at most ``seconds``; True if one was."""
        until = time.monotonic() + seconds
        while not ITEM.search(self.shown) or not self.shown.endswith("\n> "):
            left = until - time.monotonic()
            if left <= 0 or not self._ready.select(left):
                return False
            got = os.read(self._out, 65536)
            if not got:
                return False
            self.shown += got.decode("utf-8", errors="replace")
        return True

    def type(self, text: str) -> None:
        """Type ``text`` and Enter; what was shown before is forgotten."""
        assert self.process.stdin is not None
        self.shown = ""
        self.process.stdin.write(f"{text}\n".encode())

    def kill(self) -> None:
        """SIGKILL (on Windows its equal); then read what was shown before the process died."""
        if self.process.poll() is None:
            os.kill(self.process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        self.process.wait(30)
        while got := os.read(self._out, 65536):
            self.shown += got.decode("utf-8", errors="replace")
        self._ready.close()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


def sound(study: Path) -> bool:
    """SQLite finds nothing wrong with the database."""
    with open_study(study, verb="benchmark", write=False) as opened:
        return not opened.store.check()


def stored(study: Path) -> list[str]:
    """The coder's decisions in the database, in order: memo, code and polarity of each."""
    with open_study(study, verb="benchmark", write=False) as opened:
        decisions = [e for e in opened.store.events() if e.kind is EventKind.DECISION]
    return [
        f"{e.memo}: {' '.join(f'{c.code} {c.polarity}' for c in e.codes) or '[]'}"
        for e in decisions
    ]


def session(study: Path, tally: Tally, rng: random.Random) -> None:
    """One review, killed; the tally is brought up to date from screen and database."""
    review = Review(study)
    if not review.item(60):
        sys.exit(f"the review did not start: {review.shown}")
    left = INTERVIEWS * REPLIES - len(stored(study))
    tally.resumed += f"Item 1 of {left}," in " ".join(review.shown.split())
    usual = sorted(tally.waits)[len(tally.waits) // 2] if tally.waits else 0.01
    before = rng.randrange(1, 8)
    pending = ""
    for n in range(before + 1):
        answer = rng.choice(list(ANSWERS))
        memo = f"decision {len(tally.acknowledged) + 1}"
        review.type(f"m {memo}\n{answer}")
        pending = f"{memo}: {ANSWERS[answer]}"
        start = time.monotonic()
        if n == before:
            time.sleep(rng.uniform(0, 1.5 * usual))  # most often while it is being stored
            break
        if not review.item(30):
            sys.exit(f"the review stopped answering: {review.shown}")
        tally.waits.append(time.monotonic() - start)
        tally.acknowledged.append(pending)
    review.kill()
    if ITEM.search(review.shown):
        tally.acknowledged.append(pending)
    else:
        tally.midway += 1
    there = stored(study)
    tally.sound += sound(study)
    if there == [*tally.acknowledged, pending]:  # stored, but killed before it could say so
        tally.unheard += 1
        tally.acknowledged.append(pending)
    tally.kept &= there == tally.acknowledged


def main() -> None:
    options = arguments(__doc__)
    kills = QUICK_KILLS if options.quick else KILLS
    rng, tally = random.Random(2), Tally()
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder))
        for _ in range(kills):
            session(study, tally, rng)
        there = stored(study)
    heard = len(tally.acknowledged) - tally.unheard
    kept = len(there) - tally.unheard
    usual = sorted(tally.waits)[len(tally.waits) // 2] * 1000
    finish(
        [
            Figure("kill -9 of a review", str(kills)),
            Figure("of them before the last answer was acknowledged", str(tally.midway)),
            Figure("decisions acknowledged", str(heard)),
            Figure("of them in the database, in order and unchanged", str(kept), f"{heard}",
                   tally.kept and kept == heard),
            Figure("stored but not yet acknowledged", str(tally.unheard)),
            Figure("database sound after the kill", str(tally.sound), str(kills), tally.sound == kills),
            Figure("reviews that went on where the last stopped", str(tally.resumed), str(kills),
                   tally.resumed == kills),
            Figure("from answer to next item, median", f"{usual:.0f} ms"),
        ],
        options,
    )  # fmt: skip


if __name__ == "__main__":
    main()

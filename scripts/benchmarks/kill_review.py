"""Are decisions kept when a review is killed? ``kill -9`` at random moments, then count.

    python scripts/benchmarks/kill_review.py --json kill_review.json

A script answers ``precode review --plain`` over a pipe, as a person would by keyboard: decisions,
now and then one taken back, or brought back. Each session is killed at a random moment, most of
them while something is being stored; the machine's learning in the background dies with it. An act
counts as acknowledged once the next item (or a suggestion) was shown. After each kill the database
is read: every acknowledged act must be there, in order, with its code, polarity and memo; what undo
can still take back must be exactly what stands; and the next session must go on where that one
stopped. The moments are drawn with a fixed seed.
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
from precode.review.values import undoable
from precode.steps.add import add
from precode.steps.init import init
from precode.steps.opening import open_study

KILLS, QUICK_KILLS = 200, 8
INTERVIEWS, REPLIES = 8, 150
CODER = "KATE"
ANSWERS = {
    "n": "[]",
    "1b\n": "physical_capability barrier",
    "4f\n": "social_opportunity facilitator",
    "5x\n": "reflective_motivation both",
}
ITEM = re.compile(r"^Decided \d+", re.MULTILINE)
REVEALED = "then Enter.\n> "  # a suggestion that differs; the decision is stored
UNDO, REDO = 0.15, 0.5  # chances of taking back; of bringing back what was just taken back


@dataclass(frozen=True)
class Decision:
    """What a decision in the database should say."""

    memo: str
    codes: str


@dataclass(frozen=True)
class Act:
    """A decision, or the taking back of one."""

    decision: Decision
    undo: bool = False


@dataclass
class Tally:
    """What the sessions came to. ``acts`` are the acknowledged ones in order; ``stands`` the
    decisions that undo can take back; ``undone`` those that redo can bring back in this session.
    """

    acts: list[Act] = field(default_factory=list)
    stands: list[Decision] = field(default_factory=list)
    undone: list[Decision] = field(default_factory=list)
    unheard: int = 0
    midway: int = 0
    resumed: int = 0
    sound: int = 0
    kept: bool = True
    history: bool = True
    number: int = 0
    waits: list[float] = field(default_factory=list)

    def next(self, rng: random.Random) -> tuple[str, Act]:
        """What to type, and the act that it is."""
        if self.undone and rng.random() < REDO:
            return "U", Act(self.undone[-1])
        if self.stands and not self.undone and rng.random() < UNDO:
            return "u", Act(self.stands[-1], undo=True)
        self.number += 1
        memo = f"decision {self.number}"
        if self.undone:  # its codes are chosen still
            codes = self.undone[-1].codes
            return f"m {memo}\n" + ("n" if codes == "[]" else ""), Act(Decision(memo, codes))
        answer = rng.choice(list(ANSWERS))
        return f"m {memo}\n{answer}", Act(Decision(memo, ANSWERS[answer]))

    def done(self, act: Act) -> None:
        """``act`` is in force."""
        self.acts.append(act)
        if act.undo:
            self.undone.append(self.stands.pop())
        else:
            self.stands.append(act.decision)
            redone = self.undone and self.undone[-1] == act.decision
            self.undone = self.undone[:-1] if redone else []


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
            [
                sys.executable,
                "-m",
                "precode",
                "review",
                "--plain",
                "--coder",
                CODER,
                "--study",
                str(study),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
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
            if self.shown.endswith(REVEALED):
                self.type("")
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


def stored(study: Path) -> tuple[list[Act], list[Decision]]:
    """The coder's decisions and undos in the database, in order; and what undo could take back."""
    with open_study(study, verb="benchmark", write=False) as opened:
        events = [e for e in opened.store.events() if e.coder == CODER]
    decisions = {
        e.seq: Decision(e.memo, " ".join(f"{c.code} {c.polarity}" for c in e.codes) or "[]")
        for e in events
        if e.kind is EventKind.DECISION
    }
    acts = [
        Act(decisions[e.undoes or 0], undo=True)
        if e.kind is EventKind.UNDO
        else Act(decisions[e.seq])
        for e in events
        if e.kind in (EventKind.DECISION, EventKind.UNDO)
    ]
    return acts, [decisions[e.seq] for e in undoable(events, CODER)]


def session(study: Path, tally: Tally, rng: random.Random) -> None:
    """One review, killed; the tally is brought up to date from screen and database."""
    review = Review(study)
    if not review.item(60):
        sys.exit(f"the review did not start: {review.shown}")
    tally.resumed += "Decided 0" in review.shown
    tally.undone = []  # redo does not reach over sessions
    usual = sorted(tally.waits)[len(tally.waits) // 2] if tally.waits else 0.01
    before = rng.randrange(1, 8)
    for n in range(before + 1):
        typed, pending = tally.next(rng)
        start = time.monotonic()
        review.type(typed)
        if n == before:
            time.sleep(rng.uniform(0, 1.5 * usual))  # most often while it is being stored
            break
        if not review.item(30):
            sys.exit(f"the review stopped answering: {review.shown}")
        tally.waits.append(time.monotonic() - start)
        tally.done(pending)
    review.kill()
    heard = bool(ITEM.search(review.shown)) or REVEALED in review.shown
    if heard:
        tally.done(pending)
    else:
        tally.midway += 1
    acts, standing = stored(study)
    tally.sound += sound(study)
    if not heard and acts == [*tally.acts, pending]:  # stored, but killed before it could say so
        tally.unheard += 1
        tally.done(pending)
    tally.kept &= acts == tally.acts
    tally.history &= standing == tally.stands


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


def figures(quick: bool) -> list[Figure]:
    """Kill, count, compare."""
    kills = QUICK_KILLS if quick else KILLS
    rng, tally = random.Random(2), Tally()
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder))
        for _ in range(kills):
            session(study, tally, rng)
        there, _ = stored(study)
    heard = len(tally.acts) - tally.unheard
    kept = len(there) - tally.unheard
    undos = sum(a.undo for a in tally.acts)
    usual = sorted(tally.waits)[len(tally.waits) // 2] * 1000
    return [
        Figure("kill -9 of a review", str(kills)),
        Figure("of them before the last act was acknowledged", str(tally.midway)),
        Figure("acts acknowledged (of them undos)", f"{heard} ({undos})"),
        Figure("of them in the database, in order and unchanged", str(kept), f"{heard}",
               tally.kept and kept == heard),
        Figure("undo history after every kill is what stands", "yes" if tally.history else "no",
               "yes", tally.history),
        Figure("stored but not yet acknowledged", str(tally.unheard)),
        Figure("database sound after the kill", str(tally.sound), str(kills), tally.sound == kills),
        Figure("reviews that went on after the kill before", str(tally.resumed), str(kills),
               tally.resumed == kills),
        Figure("from answer to next item, median", f"{usual:.0f} ms"),
    ]  # fmt: skip


if __name__ == "__main__":
    main()

"""Broken and hostile files: each is imported or refused with a problem list, in bounded time and memory.

    python scripts/benchmarks/hostile.py --json hostile.json
    python scripts/benchmarks/hostile.py --only .pdf .docx

Of each format a sound file is mutated (truncated, bits flipped, bytes moved, parts of archives mutated
and zipped again) and attacks are built (bombs, entities, names that lead outside, links, 100 MB
lines, nests, loops). Each is read in a worker process that is held to a size of memory and killed
past a time, so that a hang or a blow-up is counted rather than suffered. A refusal must be an
:class:`InputError` that says what mends it. Refused files are then given to ``add`` beside a sound one:
the study must be byte for byte what it was. Draws have a fixed seed; formats: _hostile_formats.py.
"""

from __future__ import annotations

import hashlib
import multiprocessing as mp
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from _bench import Figure, arguments, finish
from _formats import MAKERS
from _hostile_formats import FORMATS, TALK, Format
from _hostile_mutations import Made, random_mutation, special_mutations

MUTATIONS, QUICK_MUTATIONS = 2000, 40
SECONDS = 30.0  # for one file
MEGABYTES = 2000  # of address space for a worker above what it starts with
WORKERS = 2
BATCH = 25  # refused files given to one `add`
BATCHES, QUICK_BATCHES = 20, 2  # of each format


@dataclass
class Outcome:
    """What became of the mutations of one format."""

    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_kind: str = ""
    megabytes: float = 0.0
    faults: list[str] = field(default_factory=list)
    refused: list[Path] = field(default_factory=list)


def work(pipe: Connection, suffix: str) -> None:
    """The worker: paths in, (outcome, what, seconds, megabytes) out."""
    from precode.errors import InputError

    _hold()
    reader = FORMATS[suffix].read
    while path := pipe.recv():
        start = time.perf_counter()
        try:
            reader(Path(path))
            outcome, what = "imported", ""
        except InputError as error:
            mended = error.mend or all(p.mend for p in error.problems)
            outcome, what = ("refused" if mended and error.what else "no mend"), str(error)
        except MemoryError:
            outcome, what = "memory", "MemoryError"
        except Exception as error:
            outcome, what = "crash", f"{type(error).__name__}: {error}"
        pipe.send((outcome, what[:300], time.perf_counter() - start, _peak()))


def _hold() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    now = 0
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmSize"))
        now = int(line.split()[1]) * 1024
    limit = now + MEGABYTES * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _peak() -> float:
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 2**20 if sys.platform == "darwin" else 2**10
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    status = Path("/proc/self/status")
    if status.exists():  # on Linux a process starts with its parent's peak in ru_maxrss
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return max(int(line.split()[1]) / 1024, children)
    return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, children)


class Worker:
    """A process that reads, started anew when it is killed or dies."""

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix
        self.start()

    def start(self) -> None:
        context = mp.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, self.suffix), daemon=False)
        self.process.start()
        theirs.close()

    def read(self, path: Path) -> tuple[str, str, float, float]:
        self.pipe.send(str(path))
        if not self.pipe.poll(SECONDS):
            self.stop()
            self.start()
            return "hang", f"more than {SECONDS:g} s", SECONDS, 0.0
        try:
            answer: tuple[str, str, float, float] = self.pipe.recv()
        except (EOFError, OSError):
            self.stop()
            self.start()
            return "crash", "the process died", 0.0, 0.0
        return answer

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def mutations(form: Format, count: int, *, quick: bool) -> Iterator[tuple[str, Made]]:
    """(name, (kind, maker)) of ``count`` mutations, the built ones first."""
    rng = random.Random(form.suffix)
    seed = form.seed()
    built = list(special_mutations(seed, suffix=form.suffix, zipped=form.zipped))
    if quick:
        built = list(dict(reversed(built)).items())[::-1]  # the first of each kind
    for number, made in enumerate(built):
        yield f"built-{number:03}", made
    for number in range(max(0, count - len(built))):
        kind, data = random_mutation(rng, seed, zipped=form.zipped)
        yield f"drawn-{number:05}", (kind, lambda data=data: data)


def attack(form: Format, folder: Path, count: int, *, quick: bool) -> Outcome:
    """Read every mutation of ``form`` in workers."""
    out = Outcome()
    idle: SimpleQueue[Worker] = SimpleQueue()
    workers = [Worker(form.suffix) for _ in range(WORKERS)]
    for worker in workers:
        idle.put(worker)
    try:
        sound = folder / f"sound{form.suffix}"
        sound.write_bytes(form.seed())
        verdict, what, *_ = workers[0].read(sound)
        if verdict != "imported":
            sys.exit(f"the sound file of {form.suffix} was not read: {what}")
        sound.unlink()

        def one(job: tuple[str, Made]) -> tuple[str, Path, tuple[str, str, float, float]]:
            name, (kind, maker) = job
            path = folder / f"{name}{form.suffix}"
            path.write_bytes(maker())
            worker = idle.get()
            try:
                answer = worker.read(path)
            finally:
                idle.put(worker)
            # large ones are kept off the disk, but for those a study is to refuse
            if answer[0] != "refused" or path.stat().st_size > 2_000_000:
                path.unlink()
            return kind, path, answer

        with ThreadPoolExecutor(WORKERS) as pool:
            for kind, path, (verdict, what, seconds, megabytes) in pool.map(
                one, mutations(form, count, quick=quick)
            ):
                out.counts[verdict] += 1
                out.megabytes = max(out.megabytes, megabytes)
                if seconds > out.slowest:
                    out.slowest, out.slowest_kind = seconds, kind
                if verdict not in ("imported", "refused"):
                    out.faults.append(f"{form.suffix} {path.stem} ({kind}): {verdict}: {what}")
                elif path.exists():
                    out.refused.append(path)
    finally:
        for worker in workers:
            worker.stop()
    return out


def touched(study: Path, refused: Sequence[Path], good: Path) -> list[str]:
    """Batches of refused files that changed the study, or that it did not refuse."""
    from precode.errors import InputError
    from precode.steps.add import add

    wrong: list[str] = []
    before = _state(study)
    for start in range(0, len(refused), BATCH):
        batch = refused[start : start + BATCH]
        try:
            add(study, [good, *batch])
        except InputError as error:
            named = {p.where for p in error.problems}
            missing = [p.name for p in batch if not any(str(p) in w or p.name in w for w in named)]
            if missing:
                wrong.append(f"not among the problems: {', '.join(missing[:5])}")
        else:
            wrong.append(f"{batch[0].name} … was not refused")
        if _state(study) != before:
            wrong.append(f"{batch[0].name} … changed the study")
            before = _state(study)
    return wrong


def _state(study: Path) -> dict[str, str]:
    return {
        str(p.relative_to(study)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(study.rglob("*"))
        if p.is_file() and not p.name.startswith(".") and not p.name.endswith(("-shm", "-wal"))
    }


def figures(only: Sequence[str], *, quick: bool) -> list[Figure]:
    """Attack every format, then the study."""
    from precode.steps.add import add
    from precode.steps.init import init

    found: list[Figure] = []
    wrong: list[str] = []
    tried = 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        good = root / "good.txt"
        good.write_bytes(MAKERS["txt"](TALK))
        (root / "there.txt").write_bytes(MAKERS["txt"](TALK[:2]))
        init(root / "study", behaviour="coming to the clinic")
        add(root / "study", [root / "there.txt"])
        for suffix in only or FORMATS:
            form, folder = FORMATS[suffix], root / suffix[1:]
            folder.mkdir()
            out = attack(form, folder, QUICK_MUTATIONS if quick else MUTATIONS, quick=quick)
            for line in out.faults[:20]:
                print(line, file=sys.stderr, flush=True)
            counts = out.counts
            bad = counts.total() - counts["imported"] - counts["refused"]
            found.append(
                Figure(
                    f"{suffix}: {counts.total()} mutations: imported, refused, else",
                    f"{counts['imported']}, {counts['refused']}, {bad}",
                    "else 0", bad == 0,
                )
            )  # fmt: skip
            found.append(
                Figure(
                    f"{suffix}: slowest ({out.slowest_kind}), most memory",
                    f"{out.slowest:.1f} s, {out.megabytes:.0f} MB",
                    f"{SECONDS:g} s, {MEGABYTES} MB",
                    out.slowest < SECONDS and out.megabytes < MEGABYTES,
                )
            )
            if form.addable:
                most = QUICK_BATCHES if quick else BATCHES
                sample = out.refused[:: len(out.refused) // (most * BATCH) + 1]
                tried += len(sample)
                wrong += touched(root / "study", sample, good)
    found.append(
        Figure(f"studies changed by {tried} refused files", str(len(wrong)), "0", not wrong)
    )
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    return found


def main() -> None:
    options = arguments(__doc__, only=tuple(FORMATS))
    finish(figures(options.only or (), quick=options.quick), options)


if __name__ == "__main__":
    main()

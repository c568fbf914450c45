"""``demo``: the invented example study, through every step of the walk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.codebook import Codebook
from precode.domain import EventKind, Reason
from precode.files.tables import read_table
from precode.resources import demo as demo_folder
from precode.review.keys import POLARITY_KEYS
from precode.review.plain import run as run_plain
from precode.review.values import Item
from precode.steps.add import add
from precode.steps.codes import import_codes
from precode.steps.export import export
from precode.steps.init import init
from precode.steps.opening import Progress, silent
from precode.steps.predict import predict
from precode.steps.report import report
from precode.steps.review import reviewing
from precode.steps.status import status
from precode.steps.train import train
from precode.study.folder import Folder

BEHAVIOUR = "taking part in coproducing care"
TITLE = "Coproducing care (an invented example: nobody in it exists)"
CODER = "CERI"  # invented, as all are; her decisions are typed by a script
REVIEWED = 12
UNCODED = (
    "interview-public-02", "interview-public-04", "interview-clinician-03",
    "focus-group-clinicians-2", "field-notes-clinic-visit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """One step of the demo: what it did, in a sentence, and the file it made, if any."""

    step: str
    did: str
    file: str = ""
    seconds: float = 0.0


def demo(path: Path, *, progress: Progress = silent, told: Callable[[Done], None]) -> None:
    """Make the example study at ``path`` and walk it through; ``told`` hears of each step.

    What an earlier run finished is kept: a second run goes on from there.
    """
    for name, work in _walk(path, progress):
        start = time.monotonic()
        did, file = work()
        told(Done(name, did, file, time.monotonic() - start))


Work = Callable[[], tuple[str, str]]


def _walk(path: Path, progress: Progress) -> Iterator[tuple[str, Work]]:
    source = demo_folder()

    def made() -> tuple[str, str]:
        if Folder(path).settings.exists():
            return "the study is there already; going on with it", str(path)
        study = init(path, behaviour=BEHAVIOUR, title=TITLE)
        return f"made the study, codebook {study.codebook}: {', '.join(study.codes)}", str(path)

    def added() -> tuple[str, str]:
        if status(path).sources:
            return "the transcripts are there already", ""
        done = add(path, [source / "transcripts"], attributes=source / "participants.csv")
        codable = sum(f.codable for f in done.files)
        return (
            f"read {len(done.files)} transcripts, {codable:,} sentences of {done.described} people and field notes to code",
            "",
        )

    def coded() -> tuple[str, str]:
        tables = sorted(source.glob("codings-*"))
        done = import_codes(path, tables, complete_all=True, progress=progress)
        placed = sum(t.exact + t.normalised + t.fuzzy for t in done.tallies)
        left = (
            f", {len(done.unplaced)} not placed (listed in {done.unplaced_file})"
            if done.unplaced
            else ""
        )
        return (
            f"found {placed:,} coded excerpts of {len(done.tallies)} coders, {done.new:,} of them new{left}",
            "",
        )

    def trained() -> tuple[str, str]:
        done = train(path, progress=progress)
        f1 = done.validation["macro_f1"]
        score = f"{f1[0]:.2f} ({f1[1]:.2f} to {f1[2]:.2f})" if isinstance(f1, list) else str(f1)
        return (
            f"learned from {done.sentences:,} sentences of {done.transcripts} transcripts; "
            f"macro-F1 on held-out transcripts {score}",
            done.folder,
        )

    def predicted() -> tuple[str, str]:
        done = predict(path, progress=progress)
        verdicts = ", ".join(f"{v} {n:,}" for v, n in sorted(done.verdicts.items()))
        return f"pre-coded {done.sentences:,} sentences ({verdicts})", done.file

    def reviewed() -> tuple[str, str]:
        decided, audited = _scripted_review(path)
        return (
            f"{decided} decisions of the invented coder CERI, typed by a script; {audited} on the audit sample",
            "",
        )

    def reported() -> tuple[str, str]:
        done = report(path)
        return "findings, quotes, scores and methods as a web page", done.file

    def exported() -> tuple[str, str]:
        done = export(path, form="xlsx")
        return f"{done.rows:,} rows, {done.human:,} human and {done.machine:,} machine", done.file

    yield "init", made
    yield "add", added
    yield "codes", coded
    yield "train", trained
    yield "predict", predicted
    yield "review", reviewed
    yield "report", reported
    yield "export", exported


def _scripted_review(path: Path) -> tuple[int, int]:
    """A dozen decisions through the real terminal review, typed by a script that plays CERI, the
    invented third coder: it looks each sentence up in what she decided.
    """
    answers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    table = read_table(demo_folder() / "answers-ceri.csv")
    for row in table.rows:
        key = (row["source"], row["sentence"])
        answers.setdefault(key, []).append((row["code"], row["polarity"]))
    with reviewing(path, coder=CODER, n=REVIEWED, transcripts=UNCODED, background=False) as session:
        keys = _typed(session.items, answers, session.setup.codebook)
        run_plain(
            session.setup,
            session.items,
            past=session.past,
            seen=session.seen,
            source=session.source,
            read_line=lambda _prompt: next(keys),
            write=lambda _line: None,
            width=lambda: 80,
        )
        events = session.study.store.events()
    decided = [e for e in events if e.coder == CODER and e.kind is EventKind.DECISION]
    return len(decided), sum(e.reason == Reason.AUDIT for e in decided)


def _typed(
    items: Sequence[Item],
    answers: dict[tuple[str, str], list[tuple[str, str]]],
    codebook: Codebook,
) -> Iterator[str]:
    """The lines a person would type: "4b" and Enter, "n" where nothing applies, Enter once more
    past the suggestion; q at the end.
    """
    letters = {polarity.value: key for key, polarity in POLARITY_KEYS.items()}
    for item in items:
        codes = answers.get((item.source, " ".join(item.sentence.text.split())), [])
        if codes:
            numbers = [(codebook.leaf_ids.index(code) + 1, letters[p]) for code, p in codes]
            yield " ".join(f"{n}{letter}" for n, letter in numbers)
            yield ""
        else:
            yield "n"
        yield ""
    while True:
        yield "q"

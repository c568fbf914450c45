"""``codes``: human codings into the study, each found in its transcript or listed as not found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from precode.codings.align import place
from precode.codings.columns import ColumnMapping
from precode.codings.events import events_from, unplaced_rows
from precode.codings.history import standing, uncovered
from precode.codings.sources import Sources, unknown_sources
from precode.codings.tables import read_coded_table
from precode.domain import CodedExcerpt, Event, EventKind, Match, Placement, Transcript
from precode.errors import InputError, Problem, UsageError, refuse
from precode.files.tables import read_table, write_csv
from precode.steps.opening import Progress, Study, open_study, silent

COLUMNS = (
    "row",
    "source",
    "text",
    "code",
    "polarity",
    "coder",
    "why",
    "candidate",
    "line",
    "score",
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How one coder's excerpts were found. ``excerpts`` counts rows times codes."""

    coder: str
    excerpts: int
    exact: int
    normalised: int
    fuzzy: int
    ambiguous: int
    not_found: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``new`` events were stored; the rest was in the study already.

    ``fuzzy`` lists what was taken by similarity, for a look; ``unplaced`` what was not placed.
    ``outside`` are placed passages that cover no codable sentence (interviewer's words).
    ``complete`` are (transcript, coder) pairs now known to be fully read.
    """

    dry_run: bool
    tallies: tuple[Tally, ...]
    new: int
    known: int
    fuzzy: tuple[dict[str, object], ...]
    unplaced: tuple[dict[str, object], ...]
    outside: tuple[str, ...]
    complete: tuple[tuple[str, str], ...]
    unplaced_file: str


def import_codes(
    path: Path,
    tables: Sequence[Path],
    *,
    mapping_file: Path | None = None,
    save_mapping: Path | None = None,
    columns: dict[str, str] | None = None,
    coder: str = "",
    complete: Sequence[str] = (),
    complete_all: bool = False,
    fuzzy_score: float | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Imported:
    """Read ``tables`` of coded excerpts into the study at ``path``.

    ``complete`` names transcripts that were read to the end (``complete_all``: every transcript the
    tables name), by the coders the tables name for them, or by ``coder``. ``columns`` maps fields
    (excerpt, code, …) to column names. Raises :class:`InputError` with every row that names an
    unknown code, polarity or transcript; then nothing is stored. Excerpts that cannot be found are
    stored as unplaced, returned, and written to ``reports/unplaced.csv``.
    """
    if not tables and not complete:
        raise UsageError("name a table of codings", mend="precode codes codings.xlsx")
    coder = coder.strip()
    _may_save(save_mapping)
    with open_study(path, verb="codes", write=not dry_run) as study:
        transcripts = study.store.transcripts()
        excerpts = _read(
            study, tables, mapping_file, save_mapping, columns or {}, coder, transcripts
        )
        score = fuzzy_score or study.settings.codings.fuzzy_score
        progress("finding excerpts", 0, len(excerpts))
        sentences = study.store.sentences()
        codable: dict[str, list[tuple[int, int]]] = {}
        for s in sentences:
            if s.codable:
                codable.setdefault(s.transcript_id, []).append((s.start, s.end))
        placements = place(excerpts, transcripts, fuzzy_score=score, codable=codable)
        progress("finding excerpts", len(excerpts), len(excerpts))
        history = study.store.events()
        batch = datetime.now(UTC).strftime("codes-%Y%m%dT%H%M%S%f")
        events = events_from(
            placements, codebook_hash=study.codebook.hash, batch=batch, existing=history
        )
        readings = _readings(
            study, excerpts, transcripts, history, complete, complete_all, coder, batch
        )
        left = unplaced_rows(placements, transcripts, batch=batch)
        file = ""
        if not dry_run:
            if events or readings:
                study.store.backup("before-codes")
            with study.store.together():
                study.store.keep_codebook(study.codebook)
                study.store.append([*events, *readings], left)
                names = [str(t) for t in tables]
                study.store.log("codes", tables=names, batch=batch, new=len(events))
            remaining = study.store.unplaced()
            if remaining:
                target = study.folder.reports / "unplaced.csv"
                cells = [[str(r.get(c, "")) for c in COLUMNS] for r in remaining]
                write_csv(target, COLUMNS, cells)
                file = str(target)
        covered = uncovered(events, sentences, overlap=study.settings.codings.overlap)
        texts = {t.id: t for t in transcripts}
        return Imported(
            dry_run,
            _tallies(placements),
            sum(max(len(e.codes), 1) for e in events),
            sum(p.placed for p in placements) - sum(max(len(e.codes), 1) for e in events),
            tuple(_shown(p, texts) for p in placements if p.match is Match.FUZZY),
            tuple(left),
            tuple(f"{texts[e.transcript_id].name}: {_text(e, texts)}" for e in covered),
            tuple((texts[r.transcript_id].name, r.coder) for r in readings),
            file,
        )


def _read(
    study: Study,
    tables: Sequence[Path],
    mapping_file: Path | None,
    save_mapping: Path | None,
    columns: dict[str, str],
    coder: str,
    transcripts: Sequence[Transcript],
) -> list[CodedExcerpt]:
    """All rows of all tables, or every problem in them."""
    excerpts: list[CodedExcerpt] = []
    problems: list[Problem] = []
    saved = ColumnMapping.load(mapping_file) if mapping_file else None
    mapping = None
    for file in tables:
        try:
            table = read_table(file)
            mapping = saved or ColumnMapping.find(table.columns, where=str(file), **columns)
            rows, wrong = read_coded_table(table, mapping, study.codebook, default_coder=coder)
        except InputError as error:
            if len(tables) == 1:
                raise
            what = error.what.removeprefix(str(file)).lstrip(": ")
            problems += error.problems or [Problem(str(file), what, error.mend)]
            continue
        excerpts += rows
        problems += wrong
    problems += unknown_sources(excerpts, transcripts)
    refuse("nothing was imported", problems, mend="mend what is listed and run it again")
    if save_mapping is not None and mapping is not None:
        mapping.save(save_mapping)
    return excerpts


def _may_save(mapping: Path | None) -> None:
    """Refuse to write a mapping over a file that is none."""
    if mapping is None or not mapping.exists():
        return
    try:
        ColumnMapping.load(mapping)
    except InputError as error:
        raise UsageError(
            f"--save-mapping {mapping} is a file already, and no mapping", mend="name a new file"
        ) from error


def _readings(
    study: Study,
    excerpts: Sequence[CodedExcerpt],
    transcripts: Sequence[Transcript],
    history: Sequence[Event],
    complete: Sequence[str],
    complete_all: bool,
    coder: str,
    batch: str,
) -> list[Event]:
    """READ events for transcripts declared fully read, without those that stand already."""
    sources = Sources(transcripts)
    coders: dict[str, set[str]] = {}
    for e in excerpts:
        found = sources.find(e.source)
        if found is not None:
            coders.setdefault(found.id, set()).add(e.coder)
    wanted = {t.id: t for t in transcripts if complete_all and t.id in coders}
    problems = []
    for name in complete:
        found = sources.find(name)
        if found is None:
            near = sources.nearest(name)
            hint = (
                f"did you mean {near[0]!r}?" if near else "`precode status` lists the transcripts"
            )
            problems.append(Problem(f"--complete {name}", "there is no such transcript", hint))
        else:
            wanted[found.id] = found
    before = {
        (e.transcript_id, e.coder) for e in standing(history) if e.origin == "import"
    }  # their coders, when the codings came earlier
    known = {(e.transcript_id, e.coder) for e in standing(history) if e.kind is EventKind.READ}
    events = []
    for t in wanted.values():
        who = {coder} if coder else coders.get(t.id) or {c for i, c in before if i == t.id}
        if not who:
            problems.append(
                Problem(
                    t.name, "declared as read, but nobody has coded it", "say who: --coder NAME"
                )
            )
        events += [
            Event(EventKind.READ, c, t.id, 0, len(t.text), codebook=study.codebook.hash,
                  origin="import", batch=batch)
            for c in sorted(who)
            if (t.id, c) not in known
        ]  # fmt: skip
    refuse("nothing was imported", problems)
    return events


def _tallies(placements: Sequence[Placement]) -> tuple[Tally, ...]:
    by_coder: dict[str, Counter[Match]] = {}
    for p in placements:
        by_coder.setdefault(p.excerpt.coder, Counter())[p.match] += 1
    return tuple(
        Tally(
            coder,
            n.total(),
            n[Match.EXACT],
            n[Match.NORMALISED],
            n[Match.FUZZY],
            n[Match.AMBIGUOUS],
            n[Match.NOT_FOUND],
        )
        for coder, n in sorted(by_coder.items())
    )


def _shown(p: Placement, texts: dict[str, Transcript]) -> dict[str, object]:
    return {
        "row": p.excerpt.row,
        "excerpt": p.excerpt.text,
        "passage": texts[p.transcript_id].text[p.start : p.end],
        "score": round(p.score, 1),
    }


def _text(e: Event, texts: dict[str, Transcript]) -> str:
    passage = texts[e.transcript_id].text[e.start : e.end]
    return passage if len(passage) <= 80 else passage[:77] + "…"

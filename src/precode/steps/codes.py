"""``codes``: human codings into the study, each found in its transcript or listed as not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from precode.codings.align import place
from precode.codings.columns import ColumnMapping
from precode.codings.consensus import TAKEN, is_consensus, misnamed
from precode.codings.events import events_from, unplaced_rows
from precode.codings.history import standing, uncovered
from precode.codings.sources import Sources, unknown_sources
from precode.codings.tables import read_coded_table
from precode.domain import (
    CodedExcerpt,
    Event,
    EventKind,
    Match,
    Participant,
    Placement,
    Sentence,
    Transcript,
)
from precode.errors import InputError, Problem, UsageError, refuse
from precode.files.atomic import write_text
from precode.files.tables import Table, read_table
from precode.steps.exchange.back import Change
from precode.steps.exchange.confirming import Ask, Similar, confirmed, unconfirmed
from precode.steps.exchange.incoming import Unmapped
from precode.steps.exchange.listed import list_similar, list_unplaced, passage_of, similar_row
from precode.steps.exchange.mapping import mapped_study
from precode.steps.exchange.opened import open_all
from precode.steps.exchange.projects import bring_projects
from precode.steps.exchange.tally import Tally, by_code, by_coder
from precode.steps.opening import Progress, Study, open_study, silent
from precode.steps.uncounted import Uncounted, uncounted

_MEND = "mend what is listed, run it again"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``new`` events were stored; the rest was in the study already.

    ``fuzzy`` lists what was taken by similarity, for a look; ``unplaced`` what was not placed.
    ``outside`` are placed passages that cover no codable sentence (interviewer's words).
    ``complete`` are (transcript, coder) pairs now known to be fully read.

    Of projects (.qdpx): ``unmapped`` are codes that the codebook lacks, ``changes`` what coders
    changed in another program since we exported, ``described`` the participants whose attributes
    came with it, and ``notes`` what was assumed or left out. ``by_code`` are the tallies again, one
    for each coder and code; ``gained`` the codes that the codebook gained from a mapping. ``idle``
    says what of all that is coded counts nowhere, since no sentence of its transcript can be coded.
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
    unmapped: tuple[Unmapped, ...] = ()
    changes: tuple[Change, ...] = ()
    described: int = 0
    notes: tuple[str, ...] = ()
    by_code: tuple[Tally, ...] = ()
    gained: tuple[str, ...] = ()
    idle: Uncounted | None = None


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
    form: str = "",
    map_file: Path | None = None,
    similar: Similar = "accept",
    ask: Ask | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Imported:
    """Read ``tables`` of coded excerpts, and projects of other programs, into the study at ``path``.

    Each file is recognised by its content, unless ``form`` names its format. ``map_file`` says what
    the codes of theirs are in the codebook, which gains those that it keeps as they are.

    ``complete`` names transcripts that were read to the end (``complete_all``: every transcript the
    tables name), by the coders the tables name for them, or by ``coder``. ``columns`` maps fields
    (excerpt, code, …) to column names. What is only ``similar`` to a passage is shown to ``ask``,
    accepted, and listed in ``reports/similar.csv``, or left unplaced. Raises
    :class:`InputError` with every row that names an
    unknown code, polarity or transcript; then nothing is stored. Excerpts that cannot be found are
    stored as unplaced, returned, and written to ``reports/unplaced.csv``.
    """
    if not tables and not complete:
        raise UsageError("name a table of codings", mend="precode codes codings.xlsx")
    coder = coder.strip()
    if is_consensus(coder):
        raise UsageError(TAKEN, mend="another name for --coder, such as TEAM")
    _may_save(save_mapping)
    with open_study(path, verb="codes", write=not dry_run) as found:
        study, mapped = found, None
        transcripts = study.store.transcripts()
        columns = columns or {}
        by_hand = bool(columns or mapping_file)
        opened = open_all(study, tables, form=form, columns_named=by_hand)
        if map_file is not None:
            study, mapped = mapped_study(study, opened, map_file, (mapping_file, columns))
        excerpts = _read(
            study, opened.tables, mapping_file, save_mapping, columns, coder, transcripts,
            mapped.rest if mapped else {}, opened.problems,
        )  # fmt: skip
        score = fuzzy_score or study.settings.codings.fuzzy_score
        progress("finding excerpts", 0, len(excerpts))
        sentences = study.store.sentences()
        codable = _codable(sentences)
        placements = place(excerpts, transcripts, fuzzy_score=score, codable=codable)
        progress("finding excerpts", len(excerpts), len(excerpts))
        history = study.store.events()
        batch = datetime.now(UTC).strftime("codes-%Y%m%dT%H%M%S%f")
        brought = bring_projects(
            study, opened.projects, transcripts, sentences, history, codable,
            coder=coder, fuzzy_score=score, batch=batch,
            meaning=mapped.meaning if mapped else None, kept=mapped.grown.codes if mapped else {},
        )  # fmt: skip
        refuse("nothing was imported", brought.problems, mend=_MEND)
        placements += brought.placements
        texts = {t.id: t for t in transcripts}
        placements, aided_places = _settled(placements, brought.aided, texts, similar, ask)
        hash_ = study.codebook.hash
        events = events_from(placements, codebook_hash=hash_, batch=batch, existing=history)
        aided = events_from(aided_places, codebook_hash=hash_, batch=batch, existing=history)
        events += [replace(e, assisted=True) for e in aided]
        placements += [*aided_places, *brought.settled]
        excerpts += [p.excerpt for p in placements[len(excerpts) :]]
        readings = _readings(
            study, excerpts, transcripts, history, complete, complete_all, coder, batch
        )
        left = unplaced_rows(placements, transcripts, batch=batch)
        file = ""
        every = [*events, *brought.decisions, *brought.readings, *readings]
        if not dry_run:
            if every or brought.people:
                study.store.backup("before-codes")
            if mapped and mapped.grown.added:
                write_text(study.folder.codebook, mapped.grown.text)
            log = {"tables": [str(t) for t in tables], "batch": batch, "new": len(events)}
            _store(study, every, left, brought.people, log)
            file = list_unplaced(study)
            list_similar(study, placements, texts)
        covered = uncovered(events, sentences, overlap=study.settings.codings.overlap)
        new = sum(max(len(e.codes), 1) for e in events)
        return Imported(
            dry_run,
            by_coder(placements),
            new,
            sum(p.placed for p in placements) - new,
            tuple(similar_row(p, texts) for p in placements if p.match is Match.FUZZY),
            tuple(left),
            tuple(f"{texts[e.transcript_id].name}: {passage_of(e, texts)}" for e in covered),
            tuple((texts[r.transcript_id].name, r.coder) for r in readings),
            file,
            tuple(brought.unmapped),
            tuple(brought.changes),
            len(brought.people),
            tuple(brought.notes),
            by_code(placements, study.codebook.leaf_ids),
            mapped.grown.added if mapped else (),
            uncounted(study, sentences, [*history, *every] if dry_run else study.store.events()),
        )


def _settled(
    placements: list[Placement],
    aided: list[Placement],
    texts: Mapping[str, Transcript],
    similar: Similar,
    ask: Ask | None,
) -> tuple[list[Placement], list[Placement]]:
    """Both with what is only similar to a passage confirmed, accepted or left."""
    if similar == "leave":
        return unconfirmed(placements), unconfirmed(aided)
    if similar == "ask" and ask is not None:
        both = confirmed([*placements, *aided], texts, ask)
        return both[: len(placements)], both[len(placements) :]
    return placements, aided


def _store(
    study: Study,
    events: Sequence[Event],
    left: Sequence[dict[str, object]],
    people: Sequence[Participant],
    log: Mapping[str, object],
) -> None:
    with study.store.together():
        study.store.keep_codebook(study.codebook)
        study.store.append(events, left)
        if people:
            study.store.set_attributes(people)
        study.store.log("codes", **log)


def _codable(sentences: Sequence[Sentence]) -> dict[str, list[tuple[int, int]]]:
    """Transcript id → the spans that can be coded, in order."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for s in sentences:
        if s.codable:
            spans.setdefault(s.transcript_id, []).append((s.start, s.end))
    return spans


def _read(
    study: Study,
    tables: Sequence[Path],
    mapping_file: Path | None,
    save_mapping: Path | None,
    columns: dict[str, str],
    coder: str,
    transcripts: Sequence[Transcript],
    rest: Mapping[Path, Table],
    known: Sequence[Problem],
) -> list[CodedExcerpt]:
    """All rows of all tables, or every problem in them, after those ``known``. Of those in ``rest``
    only these rows.
    """
    excerpts: list[CodedExcerpt] = []
    problems: list[Problem] = [*known]
    saved = ColumnMapping.load(mapping_file) if mapping_file else None
    mapping = None
    for file in tables:
        try:
            table = rest[file] if file in rest else read_table(file)
            mapping = saved or ColumnMapping.find(table.columns, where=str(file), **columns)
            rows, wrong = read_coded_table(table, mapping, study.codebook, default_coder=coder)
        except InputError as error:
            if len(tables) == 1 and not known:
                raise
            what = error.what.removeprefix(str(file)).lstrip(": ")
            problems += error.problems or [Problem(str(file), what, error.mend)]
            continue
        excerpts += rows
        problems += wrong
    problems += [*unknown_sources(excerpts, transcripts), *misnamed(excerpts)]
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

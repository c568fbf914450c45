"""The facts a methods section needs: versions, hashes, codebook, sources and the log of steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from precode.report.grid import Column, Form, Grid, Row, title
from precode.report.tables.index import Index, count_words
from precode.report.tables.provenance import words
from precode.report.tables.starter import rests, starts
from precode.report.writing import count, numbered


def facts(index: Index) -> Grid:
    """Versions and hashes: what must be the same for the same report."""
    view = index.view
    versions = Counter(c.codebook for c in view.human.codings)
    rows: list[tuple[str, str]] = [
        ("Target behaviour", view.behaviour),
        ("Codebook", f"{view.codebook.name}, version {view.codebook.version}"),
        ("Codebook hash", view.codebook.hash),
        (
            "Codings by codebook version",
            "; ".join(f"{h or 'not stored'}: {n:,}" for h, n in versions.items()) or "none",
        ),
        ("Coders", ", ".join(view.coders) or "none"),
        ("Coding events in the history", f"{view.events_count:,}"),
    ]
    if view.codebook.source:
        rows.insert(2, ("Codebook source", view.codebook.source))
    if m := view.machine:
        rows += [("Model", m.model), ("Model bundle", m.bundle_id), ("Pre-coding run", m.run_id)]
    else:
        rows.append(("Model", "none: nothing was pre-coded"))
    rows += [("precode version", view.version), ("Report made at (UTC)", view.made_at)]
    return Grid(
        "facts",
        "Versions",
        (Column("Fact"), Column("Value")),
        tuple(Row(r) for r in rows),
        (
            "precode runs on the researcher’s own computer and sends no text anywhere. A report "
            "with the same hashes and the same number of events was made from the same data.",
        ),
    )


def training(index: Index) -> Grid | None:
    """What the model learned from and how, the audit sample, and when reading was advised to end."""
    record = index.view.record
    if record is None:
        return None
    rows: list[Row] = [
        Row(("Unit of coding", record.unit), _CODING),
        Row(("Excerpts from coded tables", count(record.imported)), _CODING),
        Row(("Decisions in reviews and spreadsheets", count(record.decided)), _CODING),
        Row(("Decisions of the consensus", count(record.adjudicated)), _CODING),
        Row(("Suggestions are shown", _WHEN.get(record.suggestion, record.suggestion)), _CODING),
    ]
    if m := record.learned:
        chosen = "; ".join(f"{name} {value:g}" for name, value in m.settings)
        folds = f"{m.folds}, of whole transcripts" if m.folds else "none: one transcript"
        rows += [
            Row(line, _MODEL)
            for line in (
                ("Model", f"{m.name}, bundle {m.bundle}, made {m.made_at} by precode {m.precode}"),
                ("Encoder", f"{m.encoder} ({m.encoder_key})"),
                *(("Starts from", s) for s in starts(m.started)),
                ("Learned from", f"{count(m.sentences)} {record.unit}s, {m.transcripts} transcripts, coded by {', '.join(m.coders)}"),
                ("Folds of the validation", folds),
                ("Seed", str(m.seed)),
                ("Settings chosen by validation", chosen or "none"),
                ("Confidence", "calibrated on transcripts held out" if m.calibrated else "ranks only: too few sentences to calibrate"),
                ("Accepted from", f"calibrated probability {m.accept:g}"),
                *(("Note", note) for note in m.notes),
            )
        ]  # fmt: skip
    if a := record.audit:
        rows += [
            Row(line, _AUDIT)
            for line in (
                ("Drawn", f"{count(a.drawn)} of {count(a.frame)} {record.unit}s in {numbered(a.transcripts, 'transcript')}, seed {a.seed}"),
                ("Answered without a suggestion, in turn", count(a.answered)),
                ("Kept from training", "no: released" if a.released else "yes"),
            )
        ]  # fmt: skip
    if s := record.advice:
        rows += [
            Row(("Rule", f"{s.recall:.0%} of the passages of every code, {s.confidence:.0%} sure"), _STOPPING),
            Row((f"Advice on {s.at}", s.words), _STOPPING),
        ]  # fmt: skip
    return Grid(
        "training",
        "How it was coded, learned and checked",
        (Column("Fact"), Column("Value")),
        tuple(rows),
        groups="About",
    )


WHOLLY = 0.9995  # is shown as 100 %
_CODING, _MODEL, _AUDIT, _STOPPING = "Coding", "Machine", "Audit sample", "When to stop"
_WHEN = {
    "after": "after the coder has decided",
    "before": "before the coder decides",
    "never": "never",
}


def thresholds(index: Index) -> Grid | None:
    """From which score on the machine gives each code; chosen out of fold."""
    record = index.view.record
    if record is None or record.learned is None:
        return None
    labels = {c.id: c.label for c in index.view.codebook.codes}
    rows = [
        Row((labels.get(code, code), n, "not modelled" if at is None else f"{at:.3f}"))
        for code, at, n in record.learned.thresholds
    ]
    columns = [Column("Code"), Column("Sentences with the code", Form.COUNT), Column("Threshold")]
    notes = [
        "On the score of the code’s logistic regression (0: as likely as not after balancing). "
        "Whether a code is given follows from the threshold, how sure the machine is from the "
        "calibrated probability: they are two numbers."
    ]
    if index.view.codebook.choice == "one":
        notes[0] = (
            "On the scores of a logistic regression that was balanced between the codes. Each sentence is "
            "given the one code whose score is highest, counted from its threshold: rare codes have to be "
            "surer, as far as that raises macro-F1. How sure the machine is of it is the calibrated "
            "probability: they are two numbers."
        )
    if least := record.learned.least:
        notes.append(
            f"A sentence of which fewer than {least:.2g} codes are expected in all (the sum of their "
            "calibrated probabilities) is given none; that, too, was chosen out of fold."
        )
    if (start := record.learned.started) and start.weight and start.shares:
        share = dict(start.shares)
        columns.append(Column(f"% that rests on {start.name}", Form.PERCENT))
        rows = [
            Row((*row.cells, share.get(code)))
            for row, (code, _, _) in zip(rows, record.learned.thresholds, strict=True)
        ]
        if any(of >= WHOLLY for of in share.values()):
            notes.append(
                f"Where 100 % rests on {start.name}, the threshold is on that model’s log-odds, counted "
                "from where it gives the code itself (0)."
            )
        notes.append(rests(start))
    return Grid(
        "thresholds", "Decision thresholds, by code", tuple(columns), tuple(rows), tuple(notes)
    )


def codebook(index: Index) -> Grid:
    """Every code with its definition and rules, as the coders had them."""
    book = index.view.codebook
    rows = []
    for parent, leaves in book.parents():
        for c in leaves:
            rules = [
                *(f"Use: {u}" for u in c.use),
                *(f"Do not use: {a}" for a in c.avoid),
                *(f"Not {book[b.against].label}: {b.rule}" for b in c.boundary),
            ]
            rows.append(
                Row((c.label, c.definition, "\n".join(rules)), parent.label if parent else "")
            )
    return Grid(
        "codebook",
        f"Codebook: {book.name}, version {book.version}",
        (Column("Code"), Column("Definition"), Column("Rules")),
        tuple(rows),
        (book.note,) if book.note else (),
        groups="Domain",
    )


def sources(index: Index) -> Grid:
    """Every source with its file's hash, its size, and how far people have read it."""
    view = index.view
    mine: dict[str, list[str]] = {}
    length: Counter[str] = Counter()
    for s in index.ordered:
        length[s.transcript_id] += count_words(s.text)
        if s.codable:
            mine.setdefault(s.transcript_id, []).append(s.id)
    given = Counter(index.sentence(c.sentence_id).transcript_id for c in view.human.codings)
    people = Counter(p[0] for p in index.people)
    rows = []
    for t in view.transcripts:
        file, digest = view.sources.get(t.id, ("", ""))
        codable = mine.get(t.id, [])
        read = sum(s in index.read for s in codable)
        cells = (t.name, title(t.kind), people[t.id], length[t.id], len(codable), read, given[t.id],
                 file, digest)  # fmt: skip
        rows.append(Row(cells))
    counts = ("People", "Words", "Codable sentences", "Read by people", "Codes by people")
    return Grid(
        "source-list",
        "Sources",
        (
            Column("Source"),
            Column("Kind"),
            *(Column(c, Form.COUNT) for c in counts),
            Column("File"),
            Column("SHA-256 of the file", Form.HASH),
        ),
        tuple(rows),
    )


def log(index: Index) -> Grid | None:
    """Every step run on the study, oldest first."""
    if not index.view.log:
        return None
    rows = tuple(
        Row(
            (
                words(item.get("at", "")),
                words(item.get("verb", "")),
                words(item.get("version", "")),
                _told(item),
            )
        )
        for item in index.view.log
    )
    columns = (Column("When (UTC)"), Column("Step"), Column("precode"), Column("Detail"))
    return Grid("log", "Log of steps", columns, rows)


def _told(item: Mapping[str, object]) -> str:
    """The detail of a step. The study's log has all of it; of long lists the table has the sum."""
    detail = item.get("detail", "")
    if not isinstance(detail, Mapping):
        return words(detail)
    if isinstance(ids := detail.get("ids"), list):
        return f"{len(ids)} sentences of the audit sample that the queue would have asked by then"
    if isinstance(advice := detail.get("advice"), Mapping):
        return words(advice.get("words", ""))
    return words(detail)

"""A methods paragraph to paste: only what the study's record holds, and gaps for what it cannot know.

What a person has to fill in stands in square brackets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from precode.report.record import AuditDone, DoubleCoded, Learned, Record
from precode.report.tables.index import Index, count_words, sources_counted
from precode.report.tables.starter import sentence
from precode.report.writing import count, decimal, numbered

_SHOWN = {
    "after": "Coders decided before the suggestion was shown; where they then revised, both "
    "decisions are kept",
    "before": "Suggestions were in view while coders decided; such decisions were not used to "
    "judge the classifier",
    "never": "No suggestion was shown to coders",
}


def methods_paragraph(index: Index) -> str:
    """The paragraph; empty for a view without a record."""
    record = index.view.record
    if record is None:
        return ""
    return " ".join(_sentences(index, record))


def _sentences(index: Index, record: Record) -> Iterator[str]:
    view = index.view
    book = view.codebook
    codable = [s for s in index.ordered if s.codable]
    read = [s for s in codable if s.id in index.read]
    words = sum(count_words(s.text) for s in index.ordered)
    yield (
        f"Transcripts of {sources_counted(index)} ({numbered(len(index.people), 'participant')}, "
        f"{count(words)} words) were divided into {numbered(len(codable), f'codable {record.unit}')}."
    )
    if read:
        where = len({s.transcript_id for s in read})
        sided = sum(leaf.polarity for leaf in book.leaves)
        each = "each" if sided == len(book.leaves) else f"{sided} of them"
        polarity = (
            f", {each} marked as a barrier to or a facilitator of {view.behaviour}" if sided else ""
        )
        coders = len(view.coders)
        yield (
            f"{numbered(coders, 'coder').capitalize()} read {count(len(read))} of them in "
            f"{numbered(where, 'source')} and gave the {numbered(len(book.leaf_ids), 'code')} of the "
            f"codebook “{book.name}” (version {book.version}){polarity}; a {record.unit} could carry "
            f"{'one code' if book.choice == 'one' else 'several codes, or none'}. "
            "[Say who the coders are and how they were trained.]"
        )
    if record.double:
        yield from _double(record.double, record)
    elif len(view.coders) == 1:
        yield "No part was coded by a second coder."
    if record.learned:
        yield from _learned(record.learned, record, index)
    if record.audit:
        yield _audit(record.audit, record)
    if record.advice:
        yield (
            f"Reading was held against a target of {record.advice.recall:.0%} of the passages of "
            f"every code at {record.advice.confidence:.0%} confidence; when this was last asked, the "
            f"advice was {'to stop' if record.advice.stop else 'to go on'}. [Say when and why reading ended.]"
        )
    if view.machine:
        yield (
            "Pre-codes that no coder has checked are in no count of findings, unless named as such "
            "or corrected by the audit sample."
        )
    yield f"Analysis used precode {view.version}, on the researchers’ own computer."


def _double(double: DoubleCoded, record: Record) -> Iterator[str]:
    said = (
        f"{count(double.sentences)} {record.unit}s in {numbered(double.transcripts, 'source')} were "
        "read by two or more coders, without sight of a suggestion or, in precode, of the others’ "
        "codes"
    )
    if double.kappa:
        low, mean, high = double.kappa
        said += (
            f"; Cohen’s κ by code was {decimal(mean)} on average (lowest {decimal(low)}, highest "
            f"{decimal(high)}, {numbered(double.codes, 'code')})"
        )
    yield said + "."
    if record.imported:
        yield (
            "[Some codes were made elsewhere and read in: say whether each coder worked without "
            "sight of the others’ codes there.]"
        )
    if record.adjudicated:
        yield (
            f"Coders then agreed on {numbered(record.adjudicated, 'passage')} they had coded "
            "differently; the first codes are kept. [Say who took part.]"
        )


def _learned(m: Learned, record: Record, index: Index) -> Iterator[str]:
    yield (
        f"A classifier (logistic regression on sentence embeddings of {m.encoder}, words, and the "
        f"talk before) was trained on {count(m.sentences)} coded {record.unit}s of "
        f"{numbered(m.transcripts, 'transcript')}."
    )
    yield from sentence(m.started)
    if m.folds and isinstance(m.macro_f1, tuple):
        value, low, high = m.macro_f1
        interval = (
            f" (95% interval {decimal(low)} to {decimal(high)})" if math.isfinite(low) else ""
        )
        yield (
            f"In {m.folds}-fold cross-validation that never split a transcript, its mean F1 over "
            f"codes was {decimal(value)}{interval}."
        )
    if record.suggestion in _SHOWN and record.decided:
        yield _SHOWN[record.suggestion] + "."


def _audit(audit: AuditDone, record: Record) -> str:
    said = (
        f"A random sample of {count(audit.drawn)} of {count(audit.frame)} {record.unit}s that nobody "
        f"had read, drawn by transcript, was set apart before the first review"
    )
    if audit.released:
        return f"{said}; it was later released for training, so it no longer judges the classifier."
    return (
        f"{said}, never shown with a suggestion and never learned from; {count(audit.answered)} of it "
        "are answered."
    )

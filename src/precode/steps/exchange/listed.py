"""What an import leaves in ``reports/``: rows not placed, and passages taken by similarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from precode.domain import Event, Match, Placement, Transcript
from precode.files.tables import read_table, write_csv
from precode.steps.opening import Study

SIMILAR = "similar.csv"
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


def list_unplaced(study: Study) -> str:
    """Write what is still unplaced to reports/; returns the file, "" if all is placed."""
    remaining = study.store.unplaced()
    if not remaining:
        return ""
    target = study.folder.reports / "unplaced.csv"
    write_csv(target, COLUMNS, [[str(r.get(c, "")) for c in COLUMNS] for r in remaining])
    return str(target)


def list_similar(
    study: Study, placements: Sequence[Placement], texts: Mapping[str, Transcript]
) -> None:
    """Write what was taken by similarity to reports/, beside what earlier imports took so."""
    rows = [similar_row(p, texts) for p in placements if p.match is Match.FUZZY]
    if rows:
        target = study.folder.reports / SIMILAR
        before = read_table(target).rows if target.exists() else []
        known = [[str(v) for v in row.values()] for row in before]
        mine = [[str(r[c]) for c in ("row", "excerpt", "passage", "score")] for r in rows]
        every = [*known, *(m for m in mine if m not in known)]
        write_csv(target, ("row", "excerpt", "passage", "score"), every)


def similar_row(p: Placement, texts: Mapping[str, Transcript]) -> dict[str, object]:
    return {
        "row": p.excerpt.row,
        "excerpt": p.excerpt.text,
        "passage": texts[p.transcript_id].text[p.start : p.end],
        "score": round(p.score, 1),
    }


def passage_of(e: Event, texts: Mapping[str, Transcript]) -> str:
    passage = texts[e.transcript_id].text[e.start : e.end]
    return passage if len(passage) <= 80 else passage[:77] + "…"

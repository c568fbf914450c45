"""``predict --model`` without a study: transcripts, tables and plain lines, straight to a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from precode.domain import Sentence
from precode.errors import InputError, Problem, UsageError, refuse
from precode.files.atomic import write_text
from precode.files.cells import Cell
from precode.files.tables import read_table, write_csv, write_xlsx
from precode.model.bundle import Bundle
from precode.model.passages import Passage, passages, passages_from_texts
from precode.model.predictions import Predictions
from precode.settings import Predict, Transcripts
from precode.steps.embedding import embedding_of
from precode.steps.models import bundle_at
from precode.steps.opening import Progress, silent
from precode.transcripts.gather import read_folder_or_files
from precode.transcripts.read import read_many


@dataclass(frozen=True, slots=True)
class PreCoded:
    """A table: the input's own columns, then ``<code>.p``, ``.decision``, ``.polarity`` for each
    code, then ``verdict``.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    bundle_id: str
    calibrated: bool


def predict_table(
    model: str,
    table: Path,
    *,
    text_column: str,
    context_column: str = "",
    behaviour_column: str = "",
    behaviour: str = "",
    accept: float | None = None,
    progress: Progress = silent,
) -> PreCoded:
    """Pre-code one column of ``table`` (.csv, .tsv, .xlsx), a passage a row; every row but
    wholly blank ones is kept.

    ``context_column`` holds the talk before each passage, turns separated by line breaks or " / ".
    Rows without text get no codes and an empty verdict.
    """
    bundle = bundle_at(model)
    data = read_table(table)
    wanted = [c for c in (text_column, context_column, behaviour_column) if c]
    refuse(
        f"{table} cannot be pre-coded",
        [
            Problem(str(table), f"has no column {c!r}", f"its columns: {', '.join(data.columns)}")
            for c in wanted
            if c not in data.columns
        ],
    )
    new = _new_columns(bundle)
    refuse(
        f"{table} has columns of the names that predict adds",
        [Problem(str(table), f"column {c!r}", "rename it") for c in new if c in data.columns],
    )
    default = behaviour or str(bundle.about.get("behaviour", ""))
    filled = [i for i, row in enumerate(data.rows) if row[text_column].strip()]
    todo = passages_from_texts(
        [data.rows[i][text_column] for i in filled],
        [data.rows[i][context_column] if context_column else "" for i in filled],
        [(data.rows[i][behaviour_column] if behaviour_column else "") or default for i in filled],
        [str(i) for i in filled],
    )
    found = _predict(bundle, todo, accept, progress)
    added: dict[int, tuple[Cell, ...]] = dict(zip(filled, _cells(found), strict=True))
    blank: tuple[Cell, ...] = ("",) * len(new)
    rows = tuple(
        (*(row[c] for c in data.columns), *added.get(i, blank)) for i, row in enumerate(data.rows)
    )
    return PreCoded((*data.columns, *new), rows, bundle.id, found.calibrated)


def predict_transcripts(
    model: str,
    files: Sequence[Path],
    *,
    behaviour: str = "",
    accept: float | None = None,
    progress: Progress = silent,
) -> PreCoded:
    """Pre-code transcripts as ``add`` would read them; a row each codable sentence."""
    bundle = bundle_at(model)
    unit = bundle.about.get("unit", "sentence")
    settings = Transcripts.model_validate({"unit": unit})
    read, problems = read_many(
        read_folder_or_files(files), settings=settings, language=bundle.codebook.language
    )
    refuse("nothing was pre-coded", problems, mend="mend or leave out what is listed")
    sentences: list[Sentence] = [s for r in read for s in r.sentences]
    turns = {r.transcript.id: r.turns for r in read}
    names = {r.transcript.id: r.transcript.name for r in read}
    todo = passages(sentences, turns, behaviour=behaviour or str(bundle.about.get("behaviour", "")))
    found = _predict(bundle, todo, accept, progress)
    by_id = {s.id: s for s in sentences}
    own: list[tuple[Cell, ...]] = []
    for p in todo:
        s = by_id[p.id]
        speaker = turns[s.transcript_id][s.turn].speaker
        own.append((names[s.transcript_id], speaker, s.turn, s.start, s.end, s.text))
    columns = ("transcript", "speaker", "turn", "start", "end", "sentence", *_new_columns(bundle))
    rows = tuple((*o, *c) for o, c in zip(own, _cells(found), strict=True))
    return PreCoded(columns, rows, bundle.id, found.calibrated)


def predict_lines(
    model: str,
    lines: Sequence[str],
    *,
    behaviour: str = "",
    accept: float | None = None,
    progress: Progress = silent,
) -> PreCoded:
    """Pre-code plain text, one passage a line; earlier lines are its context."""
    bundle = bundle_at(model)
    texts = [line.strip() for line in lines if line.strip()]
    if not texts:
        raise InputError("no text came in", mend="one passage a line: precode predict --model M -")
    todo = passages_from_texts(
        texts,
        ["\n".join(texts[max(0, i - 10) : i]) for i in range(len(texts))],
        [behaviour or str(bundle.about.get("behaviour", ""))] * len(texts),
        [str(i) for i in range(len(texts))],
    )
    found = _predict(bundle, todo, accept, progress)
    rows = tuple((t, *c) for t, c in zip(texts, _cells(found), strict=True))
    return PreCoded(("text", *_new_columns(bundle)), rows, bundle.id, found.calibrated)


def write(pre: PreCoded, path: Path) -> None:
    """``pre`` as .csv, .xlsx or .jsonl, by the suffix of ``path``; whole or not at all."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_csv(path, pre.columns, pre.rows)
    elif suffix == ".xlsx":
        write_xlsx(path, {"pre-codes": (pre.columns, pre.rows)})
    elif suffix == ".jsonl":
        write_text(path, jsonl(pre))
    else:
        raise UsageError(
            f"--out {path}: unknown kind of table", mend="end it in .csv, .xlsx or .jsonl"
        )


def jsonl(pre: PreCoded) -> str:
    """One JSON object a row."""
    import json

    return "".join(
        json.dumps(dict(zip(pre.columns, row, strict=True)), ensure_ascii=False) + "\n"
        for row in pre.rows
    )


def _predict(
    bundle: Bundle, todo: Sequence[Passage], accept: float | None, progress: Progress
) -> Predictions:
    with embedding_of(bundle, cache=None, progress=progress) as embed:
        return bundle.predict(todo, embed, accept=accept or Predict().accept)


def _new_columns(bundle: Bundle) -> tuple[str, ...]:
    kinds = ("p", "decision", "polarity")
    return (*(f"{c}.{k}" for c in bundle.codebook.leaf_ids for k in kinds), "verdict")


def _cells(found: Predictions) -> list[tuple[Cell, ...]]:
    out: list[tuple[Cell, ...]] = []
    for i, verdict in enumerate(found.verdict):
        row: list[Cell] = []
        for j in range(len(found.codes)):
            p = found.p[i, j]
            row += [
                "" if np.isnan(p) else round(float(p), 4),
                int(found.decision[i, j]),
                str(found.polarity[i, j]),
            ]
        out.append((*row, verdict.value))
    return out

"""``predict --model`` without a study: transcripts, tables and plain lines, straight to a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from precode.domain import Role, Sentence
from precode.errors import InputError, Problem, UsageError, refuse
from precode.files.atomic import write_text
from precode.files.cells import Cell
from precode.files.tables import read_table, write_csv, write_xlsx
from precode.model.bundle import Bundle
from precode.model.passages import Passage, passages, passages_from_texts, speakers_in
from precode.model.predictions import Predictions
from precode.settings import Predict, Transcripts
from precode.steps.learnt.drift import Drift, Listening, drift_of, familiar_of
from precode.steps.learnt.embedding import embedding_of
from precode.steps.learnt.promising import Asked, Promised, promised, promises
from precode.steps.models import bundle_at, folder_of, same_behaviour
from precode.steps.opening import Progress, silent
from precode.transcripts.gather import read_folder_or_files
from precode.transcripts.read import read_many
from precode.transcripts.roles import role_of


@dataclass(frozen=True, slots=True)
class PreCoded:
    """A table: the input's own columns, then ``<code>.p``, ``.decision``, ``.polarity`` for each
    code (and ``.accepted``, if precision was asked for), then ``verdict``. ``drift``: this talk
    beside the model's own; ``promised``: what came of what was asked of precision and recall.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    bundle_id: str
    calibrated: bool
    drift: Drift | None = None
    promised: Promised | None = None


def predict_table(
    model: str,
    table: Path,
    *,
    text_column: str,
    context_column: str = "",
    speaker_column: str = "",
    behaviour_column: str = "",
    behaviour: str = "",
    accept: float | None = None,
    asked: Asked | None = None,
    progress: Progress = silent,
) -> PreCoded:
    """Pre-code one column of ``table`` (.csv, .tsv, .xlsx), a passage a row; every row but
    wholly blank ones is kept.

    ``context_column`` holds the talk before each passage, turns separated by line breaks or " / ".
    Whose passage it is ``speaker_column`` says, as the talk before names people; without, it is taken
    to be the one's who is interviewed there, or else not the last speaker's.
    Rows without text get no codes and an empty verdict.
    """
    bundle = bundle_at(model)
    data = read_table(table)
    wanted = [c for c in (text_column, context_column, speaker_column, behaviour_column) if c]
    refuse(
        f"{table} cannot be pre-coded",
        [
            Problem(str(table), f"has no column {c!r}", f"its columns: {', '.join(data.columns)}")
            for c in wanted
            if c not in data.columns
        ],
    )
    new = _new_columns(bundle, asked)
    refuse(
        f"{table} has columns of the names that predict adds",
        [Problem(str(table), f"column {c!r}", "rename it") for c in new if c in data.columns],
    )
    default = _behaviour(bundle, behaviour)
    if behaviour_column:
        for other in dict.fromkeys(row[behaviour_column] for row in data.rows):
            _behaviour(bundle, other)
    filled = [i for i, row in enumerate(data.rows) if row[text_column].strip()]
    before = [data.rows[i][context_column] if context_column else "" for i in filled]
    todo = passages_from_texts(
        [data.rows[i][text_column] for i in filled],
        before,
        [(data.rows[i][behaviour_column] if behaviour_column else "") or default for i in filled],
        [str(i) for i in filled],
        [data.rows[i][speaker_column].strip() for i in filled]
        if speaker_column
        else [_interviewed(talk) for talk in before],
    )
    found, drift, made = _predict(model, bundle, todo, {table.name: todo}, accept, asked, progress)
    added: dict[int, tuple[Cell, ...]] = dict(zip(filled, _cells(found), strict=True))
    blank: tuple[Cell, ...] = ("",) * len(new)
    rows = tuple(
        (*(row[c] for c in data.columns), *added.get(i, blank)) for i, row in enumerate(data.rows)
    )
    return PreCoded((*data.columns, *new), rows, bundle.id, found.calibrated, drift, made)


def _interviewed(before: str) -> str:
    """Who answers an interviewer in the talk ``before``; "" if that is not one person."""
    named = {who: role_of(who, Transcripts()) for who in speakers_in(before)}
    answer = [who for who, role in named.items() if role is Role.PARTICIPANT]
    return answer[0] if len(answer) == 1 and Role.INTERVIEWER in named.values() else ""


def predict_transcripts(
    model: str,
    files: Sequence[Path],
    *,
    behaviour: str = "",
    accept: float | None = None,
    asked: Asked | None = None,
    progress: Progress = silent,
) -> PreCoded:
    """Pre-code transcripts as ``add`` would read them; a row each codable sentence."""
    bundle = bundle_at(model)
    behaviour = _behaviour(bundle, behaviour)
    unit = bundle.about.get("unit", "sentence")
    settings = Transcripts.model_validate({"unit": unit})
    read, problems = read_many(
        read_folder_or_files(files), settings=settings, language=bundle.codebook.language
    )
    refuse("nothing was pre-coded", problems, mend="mend or leave out what is listed")
    sentences: list[Sentence] = [s for r in read for s in r.sentences]
    turns = {r.transcript.id: r.turns for r in read}
    names = {r.transcript.id: r.transcript.name for r in read}
    todo = passages(sentences, turns, behaviour=behaviour)
    talk: dict[str, list[Passage]] = {}
    for p in todo:
        talk.setdefault(names[p.id.partition(":")[0]], []).append(p)
    found, drift, made = _predict(model, bundle, todo, talk, accept, asked, progress)
    by_id = {s.id: s for s in sentences}
    own: list[tuple[Cell, ...]] = []
    for p in todo:
        s = by_id[p.id]
        speaker = turns[s.transcript_id][s.turn].speaker
        own.append((names[s.transcript_id], speaker, s.turn, s.start, s.end, s.text))
    columns = (
        "transcript",
        "speaker",
        "turn",
        "start",
        "end",
        "sentence",
        *_new_columns(bundle, asked),
    )
    rows = tuple((*o, *c) for o, c in zip(own, _cells(found), strict=True))
    return PreCoded(columns, rows, bundle.id, found.calibrated, drift, made)


def predict_lines(
    model: str,
    lines: Sequence[str],
    *,
    behaviour: str = "",
    accept: float | None = None,
    asked: Asked | None = None,
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
        [_behaviour(bundle, behaviour)] * len(texts),
        [str(i) for i in range(len(texts))],
    )
    found, drift, made = _predict(model, bundle, todo, {"this text": todo}, accept, asked, progress)
    rows = tuple((t, *c) for t, c in zip(texts, _cells(found), strict=True))
    return PreCoded(
        ("text", *_new_columns(bundle, asked)), rows, bundle.id, found.calibrated, drift, made
    )


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
    model: str,
    bundle: Bundle,
    todo: Sequence[Passage],
    talk: Mapping[str, Sequence[Passage]],
    accept: float | None,
    asked: Asked | None,
    progress: Progress,
) -> tuple[Predictions, Drift, Promised | None]:
    """What ``bundle`` says of ``todo``; ``talk`` has the same passages by where they come from."""
    made = promises(bundle, asked)
    heard = Listening(familiar_of(bundle, folder_of(None, model)))
    with embedding_of(bundle, cache=None, progress=progress, hear=heard) as embed:
        found = bundle.predict(todo, embed, accept=accept or Predict().accept, guarantee=made)
    by_name = {name: [p.text for p in own] for name, own in talk.items()}
    anew = np.ones(len(todo), dtype=bool)  # no study says what people have coded
    return (
        found,
        drift_of(bundle, heard, by_name, what="transcripts"),
        promised(made, found, bundle.codebook, anew),
    )


def _behaviour(bundle: Bundle, asked: str) -> str:
    """The target behaviour ``asked`` for, or the model's own. Raises :class:`UsageError` if the
    model was trained on another: its polarities would mean something else.
    """
    own = str(bundle.about.get("behaviour", ""))
    if asked and own and not same_behaviour(asked, own):
        raise UsageError(
            f"the model was trained for the behaviour {own!r}, not for {asked!r}: what helps the "
            "one may hinder the other",
            mend="leave out --behaviour, or use a model trained for it",
        )
    return asked or own


def _new_columns(bundle: Bundle, asked: Asked | None) -> tuple[str, ...]:
    kinds = ["p", "decision", "polarity"]
    if asked is not None and asked.precision is not None:
        kinds.append("accepted")
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
            if found.accepted is not None:
                row.append(int(found.accepted[i, j]))
        out.append((*row, verdict.value))
    return out

"""``predict`` in a study: pre-code every codable sentence into an immutable run file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import precode
from precode.errors import StudyError, TooLittleError
from precode.model.bundle import Bundle
from precode.model.passages import Passage, passages
from precode.model.predictions import Predictions, Verdict
from precode.steps.learnt.drift import Drift, Listening, drift_of, familiar_of, unseen
from precode.steps.learnt.embedding import embedding_of
from precode.steps.learnt.promising import Asked, Promised, promised, promises, record
from precode.steps.models import folder_of, remarks, study_model
from precode.steps.opening import Progress, Study, open_study, silent
from precode.study.runs import Run, read_run, runs, write_run
from precode.study.store import now


@dataclass(frozen=True, slots=True)
class Count:
    """One code of a run: sentences given it, by polarity, and how many of them are sure."""

    code: str
    label: str
    given: int
    polarity: Mapping[str, int]
    accept: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """A run, in numbers. ``verdicts`` counts sentences. ``notes``: what to know of it, each in one
    sentence; ``drift``: the transcripts that the model was not trained on, beside those it was;
    ``promised``: what was asked of precision and recall, and what came of it.
    """

    run: str
    file: str
    model: str
    sentences: int
    calibrated: bool
    verdicts: Mapping[str, int]
    codes: tuple[Count, ...]
    notes: tuple[str, ...] = ()
    drift: Drift | None = None
    promised: Promised | None = None


def predict(
    path: Path, *, model: str = "", asked: Asked | None = None, progress: Progress = silent
) -> Predicted:
    """Pre-code the study at ``path`` with ``model`` (default: the one trained last), keeping to
    what is ``asked`` of precision and recall.
    """
    with open_study(path, verb="predict", write=True) as study:
        name, bundle = study_model(study, model)
        made = promises(bundle, asked)
        behaviour = study.settings.study.behaviour
        sentences = study.store.sentences()
        todo = passages(sentences, study.store.turns(), behaviour=behaviour)
        if not todo:
            raise TooLittleError("the study has no sentence to code yet", mend="precode add FILES")
        heard = Listening(familiar_of(bundle, folder_of(study, name)))
        accept, cache = study.settings.predict.accept, study.folder.cache
        with embedding_of(bundle, cache=cache, progress=progress, hear=heard) as embed:
            found = bundle.predict(todo, embed, accept=accept, guarantee=made)
        drift = _drift(study, bundle, heard, todo)
        run_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3] + f"-{Path(name).name}"
        about = {
            "run": run_id, "model": name, "bundle": bundle.id, "made_at": now(),
            "precode": precode.__version__, "codes": list(found.codes),
            "accept": accept, "calibrated": found.calibrated, "behaviour": behaviour,
            **({} if made is None else {"guarantee": record(made)}),
        }  # fmt: skip
        file = write_run(study.folder.runs, run_id, columns_of(found), about)
        targets = {} if made is None else {
            "precision": made.precision, "recall": made.recall, "confidence": made.confidence,
        }  # fmt: skip
        study.store.log("predict", run=run_id, model=name, bundle=bundle.id, **targets)
        read = {sentence_id for sentence_id, _ in study.human_codes(sentences).read}
        unread = np.array([p.id not in read for p in todo])
        return Predicted(
            run_id,
            str(file),
            name,
            len(todo),
            found.calibrated,
            Counter(v.value for v in found.verdict),
            tuple(_count(found, j, study) for j in range(len(found.codes))),
            (*remarks(study, bundle), *drift.notes),
            drift,
            promised(made, found, bundle.codebook, unread),
        )


def _drift(study: Study, bundle: Bundle, heard: Listening, todo: Sequence[Passage]) -> Drift:
    """The transcripts that ``bundle`` was not trained on, beside those it was."""
    new = {t.id: t.name for t in unseen(bundle, study.store.transcripts())}
    talk: dict[str, list[str]] = {}
    for p in todo:
        if name := new.get(p.id.partition(":")[0]):
            talk.setdefault(name, []).append(p.text)
    return drift_of(bundle, heard, talk, what="new transcripts")


def _count(found: Predictions, j: int, study: Study) -> Count:
    given = found.decision[:, j]
    sure = given & np.array([v is Verdict.ACCEPT for v in found.verdict])
    return Count(
        found.codes[j],
        study.codebook[found.codes[j]].label,
        int(given.sum()),
        Counter(found.polarity[given, j].tolist()),
        int(sure.sum()),
    )


def columns_of(found: Predictions) -> dict[str, Sequence[object]]:
    """A run's columns: sentence_id, per code p, decision, polarity and its two probabilities, and
    whether a promise of precision covers it, if one was asked for; verdict.
    """
    columns: dict[str, Sequence[object]] = {"sentence_id": found.sentence_ids}
    for j, code in enumerate(found.codes):
        columns[f"{code}.p"] = found.p[:, j].tolist()
        columns[f"{code}.decision"] = found.decision[:, j].tolist()
        columns[f"{code}.polarity"] = found.polarity[:, j].tolist()
        columns[f"{code}.barrier_p"] = found.polarity_p[:, j, 0].tolist()
        columns[f"{code}.facilitator_p"] = found.polarity_p[:, j, 1].tolist()
        if found.accepted is not None:
            columns[f"{code}.accepted"] = found.accepted[:, j].tolist()
    columns["verdict"] = [v.value for v in found.verdict]
    return columns


def latest_run(study: Study) -> tuple[Run, Predictions] | None:
    """The study's newest run, None if there is none, with the codes that the codebook has now.

    Of codes that a team has added since, the run says nothing: they are not given, and their
    probability is NaN; sentences of transcripts that have a newer version since are left out. Raises :class:`StudyError` if the run knows none of the codes, or is damaged.
    """
    known = runs(study.folder.runs)
    if not known:
        return None
    run = read_run(known[-1])
    codes = study.codebook.leaf_ids
    columns = _current(run.columns, study.store.became())
    n = len(columns.get("sentence_id", ()))
    if not any(f"{c}.p" in columns for c in codes):
        raise StudyError(
            f"the newest run {run.id} knows none of the codes that the codebook has now",
            mend="precode train, then precode predict",
        )

    def of(kind: str, absent: object) -> list[Sequence[object]]:
        return [columns.get(f"{c}.{kind}", [absent] * n) for c in codes]

    both = [of("barrier_p", 0.0), of("facilitator_p", 0.0)]
    try:
        return run, Predictions(
            tuple(map(str, columns["sentence_id"])),
            codes,
            np.array(of("p", np.nan), dtype=np.float64).T,
            np.array(of("decision", False), dtype=bool).T,
            np.array(of("polarity", ""), dtype="<U11").T,
            np.array(both, dtype=np.float64).transpose(2, 1, 0),
            tuple(Verdict(str(v)) for v in columns["verdict"]),
            str(run.about["bundle"]),
            bool(run.about["calibrated"]),
        )
    except (KeyError, ValueError) as error:
        raise StudyError(
            f"the newest run {run.id} is damaged ({error})", mend="delete it, then: precode predict"
        ) from error


def _current(
    columns: Mapping[str, Sequence[object]], became: Mapping[str, str]
) -> Mapping[str, Sequence[object]]:
    """``columns`` without the rows of sentences that belong to an earlier version of a transcript."""
    ids = columns.get("sentence_id", ())
    if not became or any(len(c) != len(ids) for c in columns.values()):  # damaged: said elsewhere
        return columns
    rows = [i for i, s in enumerate(ids) if str(s) not in became]
    return {name: [column[i] for i in rows] for name, column in columns.items()}

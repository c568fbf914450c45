"""``doctor``: is the installation whole, and is the study?"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from precode.errors import PrecodeError
from precode.model.bundle_files import load
from precode.model.weights import EncoderAbsentError, find_weights
from precode.resources import codebooks, starters
from precode.steps.learnt.embedding import key_of
from precode.steps.models import load_starter, names
from precode.steps.opening import Study, open_study
from precode.steps.predict import latest_run
from precode.study.runs import runs
from precode.study.trouble import restoring

PACKAGES = ("torch", "transformers", "scikit-learn", "datasets", "spacy", "openvino", "rapidfuzz")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``mend`` is empty where all is well."""

    what: str
    ok: bool
    found: str
    mend: str = ""


def doctor(path: Path | None) -> tuple[Check, ...]:
    """Look at the installation, and at the study at ``path`` if one is named. Changes nothing."""
    checks = list(_installation())
    if path is not None:
        checks += _study(path)
    return tuple(checks)


def _installation() -> Iterator[Check]:
    yield Check("Python", True, platform.python_version())
    for name in PACKAGES:
        try:
            yield Check(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, False, "not installed", "pip install precode")
    try:
        weights = find_weights("minilm")
        yield Check("encoder weights", True, f"all-MiniLM-L6-v2, sha256 {weights.sha256[:12]}…")
    except PrecodeError as error:
        yield Check("encoder weights", False, error.what, error.mend)
    yield Check(
        "codebooks", bool(codebooks()), ", ".join(codebooks()), "" if codebooks() else "reinstall"
    )
    yield from _starters()


def _starters() -> Iterator[Check]:
    """The models that ship: a study passes over one that it cannot use, so it is said here."""
    reinstall = "reinstall precode"
    if not starters():
        yield Check("starter models", False, "none is here", reinstall)
    for name, folder in starters().items():
        what = f"starter {name}"
        try:
            bundle = load_starter(folder)
        except EncoderAbsentError as error:
            yield Check(what, True, f"not in use: its encoder is not here ({error.mend})")
            continue
        except PrecodeError as error:
            yield Check(what, False, error.what, reinstall)
            continue
        try:
            here = key_of(bundle.encoder_model, bundle.encoder_key.rpartition("-")[2])
        except PrecodeError as error:
            yield Check(what, False, f"its encoder is missing: {error.what}", reinstall)
            continue
        if here != bundle.encoder_key:
            found = f"its encoder ({bundle.encoder_key}) is another one here ({here})"
            yield Check(what, False, found, reinstall)
        else:
            yield Check(what, True, f"whole ({bundle.id})")


def _study(path: Path) -> Iterator[Check]:
    try:
        with open_study(path, verb="doctor", write=False) as study:
            yield from _database(study)
            yield from _models(study)
    except PrecodeError as error:
        yield Check(f"study {path}", False, error.what, error.mend)


def _database(study: Study) -> Iterator[Check]:
    wrong = study.store.check()
    mend = restoring(study.folder.database)
    yield Check("database", not wrong, "; ".join(wrong) or "sound", mend if wrong else "")
    texts = study.store.transcripts()
    changed = [t.name for t in texts if hashlib.sha256(t.text.encode()).hexdigest() != t.sha256]
    yield Check(
        "transcripts",
        not changed,
        f"{len(texts)}, unchanged since they were added"
        if not changed
        else f"changed: {', '.join(changed)}",
        mend if changed else "",
    )
    if earlier := study.store.superseded():
        wrong_ones = [
            t.name for t in earlier if hashlib.sha256(t.text.encode()).hexdigest() != t.sha256
        ]
        left_behind = len(study.store.left_behind())
        yield Check(
            "earlier versions",
            not wrong_ones,
            f"{len(earlier)} of transcripts, kept with all their acts, {left_behind} of which were "
            "not carried over"
            if not wrong_ones
            else f"changed: {', '.join(wrong_ones)}",
            mend if wrong_ones else "",
        )
    length = {t.id: len(t.text) for t in texts}
    sentences = study.store.sentences()
    outside = [s.id for s in sentences if s.end > length[s.transcript_id] or not s.text.strip()]
    yield Check("sentences", not outside, f"{len(sentences)}", mend if outside else "")
    events = study.store.events()
    human = study.human_codes(sentences)
    known = {leaf.id for leaf in study.codebook.leaves}
    foreign = sorted({c.code for c in human.codings} - known)
    yield Check(
        "codings",
        not foreign,
        f"{len(human.codings)} stand, from {len(events)} acts"
        + (f"; codes that the codebook lacks: {', '.join(foreign)}" if foreign else ""),
        "add them to codebook.toml" if foreign else "",
    )
    left = len(study.store.unplaced())
    yield Check(
        "excerpts", True, f"{left} not placed" + (", see reports/unplaced.csv" if left else "")
    )


def _models(study: Study) -> Iterator[Check]:
    for name in names(study):
        try:
            bundle = load(study.folder.models / name)
            yield Check(f"model {name}", True, f"whole ({bundle.id})")
        except PrecodeError as error:
            yield Check(f"model {name}", False, error.what, error.mend)
    if runs(study.folder.runs):
        try:
            run = latest_run(study)
            yield Check("newest run", True, run[0].id if run else "none")
        except PrecodeError as error:
            yield Check("newest run", False, error.what, error.mend)

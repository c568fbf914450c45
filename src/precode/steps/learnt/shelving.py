"""Models as things: listed, shown, deleted (into ``backups/``), sent away and taken in."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from precode.errors import InputError, PrecodeError, UsageError
from precode.files.atomic import replacing, replacing_folder
from precode.model.bundle_files import load
from precode.model.weights import EncoderAbsentError
from precode.resources import starters
from precode.steps.learnt.archived import (
    AGAIN,
    PARTS,
    PLAIN,
    SUFFIXES,
    content,
    members,
    name_in,
    opened,
)
from precode.steps.learnt.drift import familiar_of
from precode.steps.models import bundle_at, folder_of, misfit, names, remarks
from precode.steps.opening import Study, open_study
from precode.steps.target import file_target
from precode.study.runs import read_run, runs

CONFIDENTIAL = (
    "confidential: the model holds words that participants' sentences share, and numbers derived "
    "from all of them; share it only as you would share the transcripts"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One model. ``why_not`` says why this study cannot use it, "" if it can; ``macro_f1`` is
    [value, low, high], or words: why there is none, or what it is of a starter. ``coders`` are
    people: a starter, made of invented talk, has none.
    """

    name: str
    id: str
    shipped: bool
    newest: bool
    in_use: bool
    made_at: str
    encoder: str
    codebook: str
    behaviour: str
    coders: tuple[str, ...]
    sentences: int
    transcripts: int
    macro_f1: object
    why_not: str
    absent: bool = False  # its encoder is not on this computer


@dataclass(frozen=True, slots=True)
class Shown:
    """A model with all that it says of itself; ``card`` is for people."""

    listed: Listed
    folder: str
    files: Mapping[str, int]
    about: Mapping[str, object]
    notes: tuple[str, ...]
    card: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A model that was deleted, exported or imported: where it is now."""

    name: str
    id: str
    where: str
    notes: tuple[str, ...] = ()


def models(path: Path) -> tuple[Listed, ...]:
    """The study's models, newest first, then the shipped ones. Damaged ones are listed as such."""
    with open_study(path, verb="models", write=False) as study:
        own = names(study)
        used = _in_use(study)
        return tuple(
            _listed(study, name, own, used)
            for name in [*own, *(s for s in starters() if s not in own)]
        )


def show(path: Path, name: str) -> Shown:
    """All about one model. Raises :class:`InputError` if there is none, or it is damaged."""
    with open_study(path, verb="models", write=False) as study:
        own = names(study)
        folder = folder_of(study, name)
        bundle = load(folder) if name in own else bundle_at(name, own)
        familiar = familiar_of(bundle, folder)
        notes = list(remarks(study, bundle))
        if familiar is None and not _is_starter(name, own):
            notes.append(
                "it keeps no record of the talk it was trained on, so it cannot warn of talk that "
                "is unlike: precode train"
            )
        card = folder / "README.md"
        return Shown(
            _listed(study, name, own, _in_use(study)),
            str(folder),
            {name: p.stat().st_size for name, p in _parts(folder).items()},
            bundle.about,
            tuple(notes),
            card.read_text(encoding="utf-8", errors="replace") if card.is_file() else "",
        )


def in_use(path: Path, name: str) -> str:
    """The id of the newest run if ``name`` made it, else "". Raises as :func:`delete` does."""
    with open_study(path, verb="models", write=False) as study:
        _own(study, name)
        run, model = _in_use(study)
        return run if model == name else ""


def delete(path: Path, name: str, *, used_too: bool = False) -> Moved:
    """Move the study's model ``name`` to ``backups/``. With ``used_too``, even if it made the
    newest run; else that is a :class:`UsageError`.
    """
    with open_study(path, verb="models", write=True) as study:
        _own(study, name)
        run, model = _in_use(study)
        if model == name and not used_too:
            raise UsageError(
                f"model {name!r} made the newest run ({run}), which review, status and report go by",
                mend=f"if you mean it: precode models delete {name} --yes",
            )
        at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
        target = study.folder.backups / f"model-{name}-{at}"
        target.parent.mkdir(exist_ok=True)
        identity = _identity(study.folder.models / name)
        os.replace(study.folder.models / name, target)
        study.store.log("models", deleted=name, id=identity, to=f"backups/{target.name}")
        left = (
            f"the run {run} that it made stays" if model == name else "",
            f"to have it back, move the folder to {study.folder.models / name}",
            "it still holds participants' words: delete the folder in backups/ to be rid of it",
        )
        return Moved(name, identity, str(target), tuple(n for n in left if n))


def export(path: Path, name: str, out: Path | None = None) -> Moved:
    """The model ``name`` as one .zip (default: ``exports/model-<name>.zip``), checked first."""
    with open_study(path, verb="models", write=False) as study:
        own = names(study)
        bundle = load(study.folder.models / name) if name in own else bundle_at(name, own)
        folder = folder_of(study, name)
        familiar_of(bundle, folder)
        default = study.folder.exports / f"model-{Path(name).name}.zip"
        target = file_target(out, default, suffixes=(".zip",))
        with (
            replacing(target) as temporary,
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for member, file in _parts(folder).items():
                if file.suffix in SUFFIXES and PLAIN.fullmatch(file.name):
                    # a fixed date: the same model is the same file
                    info = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = 0o600 << 16
                    archive.writestr(info, file.read_bytes())
        notes = () if _is_starter(name, own) else (CONFIDENTIAL,)
        return Moved(name, bundle.id, str(target), notes)


def take_in(path: Path, file: Path, *, name: str = "") -> Moved:
    """The model in the .zip ``file`` that :func:`export` wrote, as ``name`` (default: its own).

    Raises :class:`InputError` if it is none, is damaged, or does not fit the study, and
    :class:`UsageError` if there is a model of that name, here or among those that ship. Then
    nothing has changed.
    """
    with open_study(path, verb="models", write=True) as study, opened(file) as archive:
        wanted = name or name_in(archive, file)
        if wanted != Path(wanted).name or not PLAIN.fullmatch(wanted):
            raise UsageError(f"{wanted!r} cannot be a model's name", mend="--name NAME")
        if wanted.casefold() in {s.casefold() for s in starters()}:
            raise UsageError(
                f"{wanted!r} is the name of a model that ships with precode",
                mend=f"precode models import {file} --name OTHER",
            )
        target = study.folder.models / wanted
        if target.exists():
            raise UsageError(
                f"the study has a model {wanted!r} already",
                mend=f"precode models import {file} --name OTHER",
            )
        with replacing_folder(target) as temporary:
            for member in members(archive):
                (temporary / member.filename).parent.mkdir(exist_ok=True, parents=True)
                (temporary / member.filename).write_bytes(content(archive, member, file))
            try:
                bundle = load(temporary)
                familiar_of(bundle, temporary)
            except InputError as error:
                what = error.what.replace(str(temporary), str(file))
                raise InputError(what, mend=AGAIN) from error
            why = misfit(bundle, study.codebook, study.settings.study.behaviour)
            if why:
                raise InputError(
                    f"the model in {file} {why}",
                    mend="train one on this study's codes: precode train",
                )
        study.store.log("models", imported=wanted, id=bundle.id, file=file.name)
        return Moved(wanted, bundle.id, str(target), (CONFIDENTIAL, *remarks(study, bundle)))


def _listed(study: Study, name: str, own: list[str], used: tuple[str, str]) -> Listed:
    shipped = name not in own and name in starters()
    try:
        bundle = load(study.folder.models / name) if name in own else bundle_at(name, own)
    except PrecodeError as error:
        return Listed(
            name, "", shipped, name == next(iter(own), ""), used[1] == name,
            "", "", "", "", (), 0, 0, "", error.what, isinstance(error, EncoderAbsentError),
        )  # fmt: skip
    about: Mapping[str, Any] = bundle.about
    trained = about.get("trained_on")
    rows = trained if isinstance(trained, list) else []
    coders = about.get("coders") if isinstance(trained, list) else None
    validation = about.get("validation")
    v = validation if isinstance(validation, dict) else {}
    return Listed(
        name,
        bundle.id,
        shipped,
        name == next(iter(own), ""),
        used[1] == name,
        str(about.get("made_at", "")),
        bundle.encoder_model,
        f"{bundle.codebook.name} {bundle.codebook.version}",
        str(about.get("behaviour", "")),
        tuple(map(str, coders)) if isinstance(coders, list) else (),
        sum(int(t.get("sentences", 0)) for t in rows),
        len(rows),
        v.get("macro_f1", v.get("why_not", _of_invented(v))),
        misfit(bundle, study.codebook, study.settings.study.behaviour),
    )


def _of_invented(validation: Mapping[str, object]) -> str:
    """What a starter's own validation says of it, in a few words; "" if nothing."""
    figure = validation.get("conversations: macro-F1 of the six")
    return f"{figure}, invented talk" if isinstance(figure, str) else ""


def _in_use(study: Study) -> tuple[str, str]:
    """(The newest run, the model that made it), "" where there is none that can be read."""
    known = runs(study.folder.runs)
    if not known:
        return "", ""
    try:
        run = read_run(known[-1])
    except PrecodeError:
        return known[-1].stem, ""
    return run.id, str(run.about.get("model", ""))


def _own(study: Study, name: str) -> None:
    own = names(study)
    if name in own:
        return
    if name in starters():
        raise UsageError(f"{name!r} ships with precode and is in no study", mend="leave it")
    raise UsageError(
        f"the study has no model {name!r}",
        mend=f"models: {', '.join(own)}" if own else "it has none yet: precode train",
    )


def _parts(folder: Path) -> dict[str, Path]:
    """Name → file of all that lies in ``folder``, and in those of its parts."""
    every = [*folder.iterdir(), *(f for part in PARTS for f in (folder / part).glob("*"))]
    return {p.relative_to(folder).as_posix(): p for p in sorted(every) if p.is_file()}


def _is_starter(name: str, own: list[str]) -> bool:
    return name in starters() and name not in own


def _identity(folder: Path) -> str:
    try:
        return load(folder).id
    except InputError:
        return ""  # damaged: may be deleted all the same

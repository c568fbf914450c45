"""Finding the model that a step should use."""

from __future__ import annotations

from pathlib import Path

from precode.errors import InputError, StudyError
from precode.model.bundle import Bundle, load
from precode.resources import starters
from precode.steps.opening import Study


def names(study: Study) -> list[str]:
    """Names of the study's models, the newest first."""
    found = study.folder.models.glob("[!.]*/bundle.json")  # a dot: unfinished, its writer died
    return [p.parent.name for p in sorted(found, key=lambda p: -p.stat().st_mtime)]


def study_model(study: Study, name: str) -> tuple[str, Bundle]:
    """The study's model ``name`` ("" for the newest), or a shipped starter or bundle folder.

    Raises :class:`InputError`/:class:`StudyError` if there is none, it is damaged, or its codes are
    not this study's.
    """
    known = names(study)
    if not name and not known:
        raise StudyError("the study has no model yet", mend="precode train")
    name = name or known[0]
    bundle = load(study.folder.models / name) if name in known else bundle_at(name, known)
    if bundle.codebook.leaf_ids != study.codebook.leaf_ids:
        raise InputError(
            f"model {name!r} was trained with other codes than this study's codebook has "
            f"({bundle.codebook.name} {bundle.codebook.version}, {bundle.codebook.hash})",
            mend="train one on this codebook: precode train",
        )
    return name, bundle


def bundle_at(name: str, known: list[str] | None = None) -> Bundle:
    """A shipped starter by name, or the bundle in a folder."""
    shipped = starters()
    if name in shipped:
        return load(shipped[name])
    if not Path(name).is_dir():
        choices = [*(known or []), *shipped]
        raise InputError(
            f"there is no model {name!r}",
            mend=f"models: {', '.join(choices)}" if choices else "train one: precode train",
        )
    return load(Path(name))

"""Finding the model that a step should use, and whether it may be used here."""

from __future__ import annotations

import re
from pathlib import Path

from precode.codebook import Codebook
from precode.errors import InputError, StudyError
from precode.model.bundle import Bundle
from precode.model.bundle_files import load
from precode.model.weights import EncoderAbsentError
from precode.resources import starters
from precode.steps.opening import Study


def names(study: Study) -> list[str]:
    """Names of the study's models, the newest first."""
    found = study.folder.models.glob("[!.]*/bundle.json")  # a dot: unfinished, its writer died
    return [p.parent.name for p in sorted(found, key=lambda p: -p.stat().st_mtime)]


def study_model(study: Study, name: str) -> tuple[str, Bundle]:
    """The study's model ``name`` ("" for the newest), or a shipped starter or bundle folder.

    Raises :class:`InputError`/:class:`StudyError` if there is none, it is damaged, or it was
    trained with other codes, another version of the codebook, or for another behaviour.
    """
    known = names(study)
    if not name and not known:
        raise StudyError("the study has no model yet", mend=_first_model(study))
    name = name or known[0]
    bundle = load(study.folder.models / name) if name in known else bundle_at(name, known)
    why = misfit(bundle, study.codebook, study.settings.study.behaviour)
    if why:
        raise InputError(
            f"model {name!r} {why}", mend="train one on this study's codes: precode train"
        )
    return name, bundle


def folder_of(study: Study | None, name: str) -> Path:
    """Where the model lies that :func:`study_model` or :func:`bundle_at` finds under ``name``."""
    if study is not None and name in names(study):
        return study.folder.models / name
    return starters().get(name, Path(name))


def misfit(bundle: Bundle, codebook: Codebook, behaviour: str) -> str:
    """Why ``bundle`` cannot be used with ``codebook`` for ``behaviour``, as the end of a sentence
    on it; "" if it can.
    """
    book = bundle.codebook
    theirs, ours = (f"{b.name} {b.version}, {b.hash}" for b in (book, codebook))
    if book.leaf_ids != codebook.leaf_ids:
        return (
            "was trained with other codes than this study's codebook has "
            f"({theirs}; here {ours}){_apart(book, codebook)}"
        )
    if book.version != codebook.version and not _is_shipped(bundle):
        return f"was trained with another version of the codebook ({theirs}; here {ours})"
    if book.choice != codebook.choice or [c.polarity for c in book.leaves] != [
        c.polarity for c in codebook.leaves
    ]:
        return (
            "was trained when the codebook counted codes otherwise: one or many a sentence, with "
            f"or without polarity ({theirs}; here {ours})"
        )
    own = str(bundle.about.get("behaviour", ""))
    if own and not same_behaviour(own, behaviour):
        return (
            f"was trained for another target behaviour ({own!r}; here {behaviour!r}): what helps "
            "the one may hinder the other"
        )
    return ""


def remarks(study: Study, bundle: Bundle) -> tuple[str, ...]:
    """What to know of a model that may be used here, though not all is as it was."""
    if bundle.codebook.hash == study.codebook.hash or _is_shipped(bundle):
        return ()
    return (
        "the words of the codebook (labels, definitions, examples) have changed since the model "
        "was trained; if the codes mean something else now, code anew and train again: "
        "precode train",
    )


def same_behaviour(one: str, other: str) -> bool:
    """Whether two wordings are the same, up to case, spaces and a full stop at the end."""
    return _plain(one) == _plain(other)


def load_starter(folder: Path) -> Bundle:
    """The shipped starter in ``folder``. Raises :class:`InputError` if it is damaged, or the encoder that
    it was adapted over is not here or another one.
    """
    name = folder.name
    try:
        return load(folder)
    except EncoderAbsentError as error:
        raise EncoderAbsentError(
            f"the starter {name!r} reads with an encoder that is not on this computer, and precode "
            "fetches nothing unasked",
            mend=f"precode models fetch {name} --allow-download, or --from FOLDER",
        ) from error


def bundle_at(name: str, known: list[str] | None = None) -> Bundle:
    """A shipped starter by name, or the bundle in a folder."""
    shipped = starters()
    if name in shipped:
        return load_starter(shipped[name])
    if not Path(name).is_dir():
        choices = [*(known or []), *shipped]
        raise InputError(
            f"there is no model {name!r}",
            mend=f"models: {', '.join(choices)}" if choices else "train one: precode train",
        )
    return load(Path(name))


def _first_model(study: Study) -> str:
    """How to come by a model, or to do without one of the study's own."""
    for name, folder in starters().items():
        try:
            bundle = load_starter(folder)
        except InputError:  # `precode doctor` says so
            continue
        if not misfit(bundle, study.codebook, study.settings.study.behaviour):
            return f"precode train, or before anything is coded: precode predict --model {name}"
    return "precode train"


def _is_shipped(bundle: Bundle) -> bool:
    """Made for all studies: whoever made a new version of the codebook cannot train it anew."""
    return not bundle.about.get("behaviour") and bundle.about.get("name") in starters()


def _apart(book: Codebook, codebook: Codebook) -> str:
    gone = sorted(set(book.leaf_ids) - set(codebook.leaf_ids))
    new = sorted(set(codebook.leaf_ids) - set(book.leaf_ids))
    parts = [f"only the model has {', '.join(gone[:5])}"] * bool(gone)
    parts += [f"only the codebook has {', '.join(new[:5])}"] * bool(new)
    return ": " + "; ".join(parts) if parts else ": the same ones in another order"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().rstrip(".").casefold()

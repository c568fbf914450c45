"""``init``: a new study from a codebook and a target behaviour."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from precode.codebook import Codebook, parse_codebook, read_codebook
from precode.errors import InputError, StudyError, UsageError
from precode.files.atomic import tidy
from precode.files.typed_toml import toml_string
from precode.resources import codebooks, shipped
from precode.settings import read_settings
from precode.steps.exchange.codebooks import SUFFIXES, codebook_text
from precode.study.folder import Folder
from precode.study.store import Store


@dataclass(frozen=True, slots=True)
class Made:
    """The study that was made."""

    folder: str
    behaviour: str
    codebook: str
    codes: tuple[str, ...]


def init(
    path: Path, *, behaviour: str, codebook: str = "comb", title: str = "", language: str = "en"
) -> Made:
    """Make a study in ``path``, an empty or new folder.

    ``codebook`` is a shipped one's name or a file: ours, or another program's (.qdc, .qdpx). Raises :class:`StudyError` if the folder holds
    something already, :class:`InputError` if the codebook has mistakes; then nothing is made.
    """
    if not behaviour.strip():
        raise UsageError(
            "a study needs its target behaviour: barrier and facilitator are relative to it",
            mend='--behaviour "quitting smoking"',
        )
    if not re.fullmatch("[a-z]{2}", language):
        raise UsageError(
            f"--language {language} is no language",
            mend="two small letters, such as en for English",
        )
    book, content = _codebook(codebook)
    if path.is_dir():
        tidy(path)
    if path.exists() and not path.is_dir():
        raise StudyError(f"{path} is a file", mend="name a new folder")
    if path.is_dir() and any(path.iterdir()):
        what = "is a study already" if Folder(path).settings.exists() else "is not empty"
        raise StudyError(f"{path} {what}", mend="name a new folder; nothing was changed")
    template = (shipped("configs") / "study.toml").read_text(encoding="utf-8")
    answers = {
        "TITLE": title or path.resolve().name,
        "BEHAVIOUR": behaviour.strip(),
        "LANGUAGE": language,
    }
    text = re.sub(  # all at once: a title may hold another mark
        f"@({'|'.join(answers)})@", lambda m: toml_string(answers[m[1]])[1:-1], template
    )
    beside = path if path.is_dir() else path.parent
    beside.mkdir(parents=True, exist_ok=True)
    # built aside and put in its place when it is whole: an interrupted init leaves no half study
    temporary = Path(tempfile.mkdtemp(prefix=".init.part-", dir=beside))
    try:
        folder = Folder(temporary)
        folder.settings.write_text(text, encoding="utf-8")
        read_settings(folder.settings)
        folder.codebook.write_bytes(content)
        with Store(folder.database, new=True) as store:
            store.keep_codebook(book)
            store.log("init", behaviour=behaviour.strip(), codebook=book.hash)
        if path.is_dir():  # a shell may stand in it: it is filled, not replaced
            for made in (folder.codebook, folder.database, folder.settings):
                made.replace(path / made.name)
        else:
            temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Made(
        str(path),
        behaviour.strip(),
        f"{book.name} {book.version}",
        tuple(c.label for c in book.leaves),
    )


def _codebook(name: str) -> tuple[Codebook, bytes]:
    """The codebook and its file's content."""
    known = codebooks()
    path = known.get(name) or Path(name)
    if not path.is_file():
        raise InputError(
            f"there is no codebook {name!r}",
            mend=f"shipped: {', '.join(known)}; or give a file ending in .toml, .qdc or .qdpx",
        )
    if path.suffix.lower() in SUFFIXES:
        text = codebook_text(path)
        return parse_codebook(text, path.name), text.encode()
    return read_codebook(path), path.read_bytes()

"""A model that was sent away as one .zip: opened, with nothing in it that could do harm."""

from __future__ import annotations

import json
import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from precode.errors import InputError
from precode.files.text import MEGABYTE
from precode.model.bundle_files import PRIOR_FOLDER
from precode.model.finetune.tuned import FOLDER as ENCODER

LARGEST = 4_000  # megabytes of a model: a fine-tuned encoder of half a milliard numbers has 2,000
_MOST_FILES = 50
_MAX_RATIO = 100
_ESSENTIAL = "bundle.json"
SUFFIXES = {".json", ".safetensors", ".md", ".txt", ".jsonl"}
# of a fine-tuned encoder, and of the shipped model that a model starts from
PARTS = (ENCODER, PRIOR_FOLDER, f"{PRIOR_FOLDER}/{ENCODER}")
PLAIN = re.compile(r"[\w][\w .\-]{0,100}")
AGAIN = "export it again where it was trained"


def opened(file: Path) -> zipfile.ZipFile:
    """``file`` as an archive, its members' names and sizes harmless. Raises :class:`InputError` if it
    is none, or holds what no model has.
    """
    no_model = f"{file} is no model that precode exported"
    if not file.is_file():
        raise InputError(f"{file} does not exist", mend=AGAIN)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{no_model}: {error}", mend=AGAIN) from error
    found = members(archive)
    packed = max(1, sum(m.compress_size for m in found))
    total = sum(m.file_size for m in found)
    wrong = ""
    if _ESSENTIAL not in {m.filename for m in found}:
        wrong = f"it has no {_ESSENTIAL}"
    elif len(found) > _MOST_FILES or len({m.filename.casefold() for m in found}) < len(found):
        wrong = "it has too many or repeated parts"
    elif any(m.flag_bits & 1 for m in found):
        wrong = "it is encrypted"
    elif any(
        not PLAIN.fullmatch(PurePosixPath(m.filename).name)
        or m.filename.rpartition("/")[0] not in ("", *PARTS)
        or PurePosixPath(m.filename).suffix not in SUFFIXES
        or stat.S_ISLNK(m.external_attr >> 16)
        for m in found
    ):
        wrong = "it has parts that no model has"
    elif total > LARGEST * MEGABYTE or (total > MEGABYTE and total > _MAX_RATIO * packed):
        wrong = f"it unpacks to {total / MEGABYTE:,.0f} MB, more than a model should"
    if wrong:
        archive.close()
        raise InputError(f"{no_model}: {wrong}", mend=AGAIN)
    return archive


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """All but the entries for a model's own folders, which other programs than precode write."""
    folders = {f"{part}/" for part in PARTS}
    return [m for m in archive.infolist() if m.filename not in folders]


def content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: Path) -> bytes:
    """The bytes of ``member``. Raises :class:`InputError` if it is damaged."""
    try:
        with archive.open(member) as part:
            data = part.read(member.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError,
            RuntimeError, ValueError) as error:  # fmt: skip
        raise InputError(
            f"{file}, {member.filename}: damaged ({error})",
            mend=AGAIN,
        ) from error
    return data


def name_in(archive: zipfile.ZipFile, file: Path) -> str:
    """The name the model had, or the file's."""
    try:
        head = json.loads(content(archive, archive.getinfo(_ESSENTIAL), file))
        return str(head["about"]["name"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return file.stem

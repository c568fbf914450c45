"""Files and folders, as named on the command line, as a list of transcript files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from precode.errors import Problem, refuse
from precode.transcripts.formats import READERS, unknown_type

# What operating systems leave in folders.
_PAGE = (".html", ".htm")
_LITTER = frozenset({"thumbs.db", "desktop.ini"})


def read_folder_or_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those in the folders named (and below), each once, in natural order.

    In folders, hidden files, Office's lock files (``~$…``), hidden folders and the folder of pictures
    and scripts beside a saved web page are left out. Raises
    :class:`InputError` listing every path that does not exist, every file of unknown type, and
    every folder without a file.
    """
    files: dict[Path, Path] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            found = sorted(_walk(path), key=_natural)
            if not found:
                problems.append(Problem(str(path), "is a folder without any file"))
        elif path.exists():
            found = [path]
        else:
            mend = "check the name and the folder"
            problems.append(Problem(str(path), "does not exist", mend))
            continue
        for file in found:
            if file.suffix.lower() in READERS:
                files.setdefault(file.resolve(), file)
            else:
                problems += unknown_type(file).problems
    refuse(f"{len(problems)} of the files cannot be read", problems)
    return list(files.values())


def _walk(folder: Path) -> Iterator[Path]:
    for top, folders, names in os.walk(folder):
        pages = {n.rpartition(".")[0] + "_files" for n in names if n.lower().endswith(_PAGE)}
        folders[:] = [f for f in folders if not f.startswith((".", "__MACOSX")) and f not in pages]
        for name in names:
            if not name.startswith((".", "~$")) and name.casefold() not in _LITTER:
                yield Path(top, name)


def _natural(path: Path) -> list[tuple[int, str]]:
    """ "P10" after "P9"."""
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(int(p), "") if p.isdigit() else (-1, p) for p in parts]

"""Writing so that a reader, or a power cut, sees the old file or the new one, never half of one."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What a killed process leaves behind: ".<name>.part-<random>[suffix]" is unfinished,
# ".<name>.old-<process>" the folder that was about to be replaced.
_UNFINISHED = re.compile(r"\..*\.part-\w{8}(\.\w+)?")
_ASIDE = re.compile(r"\.(?P<name>.*)\.old-[0-9]+")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; put in its place when the block ends without error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.part-", suffix=path.suffix, dir=path.parent
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o600 if os.name == "posix" else 0o666)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """As :func:`replacing`, for a whole folder. An older folder at ``path`` is moved aside first
    and deleted last, so that one complete folder exists at every moment but one rename.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.part-", dir=path.parent))
    aside = path.with_name(f".{path.name}.old-{os.getpid()}")
    try:
        yield temporary
        if path.exists():
            os.replace(path, aside)
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if aside.exists() and not path.exists():
            os.replace(aside, path)  # the new folder did not come: the old one stays
        shutil.rmtree(aside, ignore_errors=True)


def tidy(folder: Path) -> None:
    """Undo in ``folder`` what killed processes left half done: unfinished files and folders go, a
    folder moved aside whose replacement never came goes back. Only while nobody else writes there.
    """
    for left in sorted(folder.glob(".*")) if folder.is_dir() else ():
        aside = _ASIDE.fullmatch(left.name)
        if aside and left.is_dir() and not (folder / aside["name"]).exists():
            os.replace(left, folder / aside["name"])
        elif (aside or _UNFINISHED.fullmatch(left.name)) and left.is_dir():
            shutil.rmtree(left)
        elif _UNFINISHED.fullmatch(left.name):
            left.unlink()


def write_text(path: Path, text: str) -> None:
    """``text`` as UTF-8 with ``\\n`` newlines, at once or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))

"""Where a result is written: never over something that is not of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from precode.errors import UsageError


def file_target(
    out: Path | None, default: Path, *, suffixes: Sequence[str], option: str = "--out"
) -> Path:
    """The file to write: ``out``, in it if it is a folder, or ``default``. ``option`` named it.

    Raises :class:`UsageError` for a suffix that says another kind of file, and for what is there
    but no ordinary file (a device, a pipe), which writing would replace.
    """
    if out is None:
        return default
    if out.is_dir():
        out = out / default.name
    if out.suffix.lower() not in suffixes:
        raise UsageError(
            f"{option} {out}: what is written here is no {out.suffix or 'file without a suffix'}",
            mend=f"end it in {' or '.join(suffixes)}",
        )
    if out.exists() and not out.is_file():
        raise UsageError(f"{option} {out} is no ordinary file", mend="name a new file")
    return out


def folder_target(out: Path | None, default: Path, *, sign: str) -> Path:
    """The folder to write: ``out`` or ``default``. An older one of the same kind, told by the file
    ``sign`` in it, is replaced. Raises :class:`UsageError` for any other folder that holds files.
    """
    target = out or default
    if target.exists() and not target.is_dir():
        raise UsageError(f"--out {target} is a file", mend="name a new folder")
    if target.is_dir() and any(target.iterdir()) and not (target / sign).is_file():
        raise UsageError(
            f"--out {target} holds other files, which would be lost", mend="name a new folder"
        )
    return target

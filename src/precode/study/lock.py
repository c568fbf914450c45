"""One writer at a time. The operating system drops the lock when the process dies, however it dies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from precode.errors import StudyError


@contextmanager
def writing(folder: Path, verb: str) -> Iterator[None]:
    """Hold the study's write lock. Raises :class:`StudyError` naming who holds it."""
    lock = FileLock(folder / ".lock", timeout=0.2)
    holder = folder / ".lock-holder.json"
    try:
        lock.acquire()
        holder.write_text(json.dumps({"pid": os.getpid(), "verb": verb}), encoding="utf-8")
    except Timeout as error:
        raise StudyError(
            f"{folder} is open for writing already{_by(holder)}",
            mend="finish or close that one, then run the command again",
        ) from error
    except OSError as error:
        lock.release()
        raise StudyError(
            f"{folder} cannot be written: {error.strerror}",
            mend="check the folder's permissions, or copy the study to your own disk",
        ) from error
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def resting(folder: Path) -> Iterator[None]:
    """Keep writers away from the study at ``folder`` without being one. Raises :class:`StudyError`
    naming the one who is at it. On a disk that cannot be written there is none.
    """
    lock = FileLock(folder / ".lock", timeout=0.2)
    try:
        lock.acquire()
    except Timeout as error:
        raise StudyError(
            f"{folder} is open for writing{_by(folder / '.lock-holder.json')}: what is being done "
            "there would be missed",
            mend="finish or close that one, then run the command again",
        ) from error
    except OSError:
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _by(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text(encoding="utf-8"))
        return f" by `precode {told['verb']}` (process {told['pid']})"
    except (OSError, ValueError, KeyError):
        return ""

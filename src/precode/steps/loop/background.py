"""A process that learns while the coder goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO


@dataclass(slots=True)
class Background:
    """At most one run of :mod:`precode.steps.loop.relearn` at a time, for one study and coder.

    It gets a process of its own, not a thread: fitting would hold up the coder's keys. It ends with
    this one, however this one ends, because its standard input closes then.
    """

    study: Path
    coder: str
    within: Sequence[str] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _log: IO[bytes] | None = field(default=None, init=False)
    _failed: str = field(default="", init=False)
    _said: str = field(default="", init=False)

    @property
    def log(self) -> Path:
        """Where what it said is kept, for a bug report. It holds no participant's words."""
        return self.study / "cache" / "loop" / "log.txt"

    def start(self) -> None:
        """Begin, unless it is at it already."""
        if self._process is not None:
            return
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self._log = self.log.open("wb")
        except OSError as error:  # a full disk is no reason not to code
            self._failed = f"{self.log.parent} cannot be written: {error.strerror}"
            return
        # apart from the terminal: Ctrl-C there is meant for the review
        self._process = subprocess.Popen(  # noqa: S603 - this Python, arguments of our own
            [
                sys.executable,
                "-m",
                "precode.steps.loop.relearn",
                str(self.study),
                self.coder,
                *self.within,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=True,
        )

    @property
    def busy(self) -> bool:
        """Whether it is learning now."""
        return self._process is not None and self._process.poll() is None

    def finished(self) -> int | None:
        """The exit code of a run that has ended since this was asked last; else None. At once. 1 also
        stands for a run that could not begin.
        """
        if self._process is None and self._failed:
            self._said, self._failed = self._failed, ""
            return 1
        if self._process is None or self._process.poll() is None:
            return None
        code = self._process.returncode
        self._end()
        self._said = _last_line(self.log)
        return code

    def said(self) -> str:
        """What the run that ended last said at its end, in one line."""
        return self._said or "it said nothing of why"

    def stop(self) -> None:
        """End it, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._end()

    def _end(self) -> None:
        assert self._process is not None
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._log is not None:
            self._log.close()
        self._process = self._log = None


def _last_line(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")

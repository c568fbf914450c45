"""The command line, in this process and in one of its own."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

FAKED = Path(__file__).parent / "fakes.py"


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    def refused(self, code: int, *words: str) -> None:
        """One message on stderr with each of ``words``, the exit code, and no traceback. The
        ``--study`` that commands in it carry is left out where ``words`` leave it out.
        """
        assert self.code == code, f"{self.code}: {self.err}"
        assert "Traceback" not in self.err
        said = [line for line in self.err.splitlines() if line.startswith("precode: ")]
        assert len(said) == 1, self.err
        bare = re.sub(r' --study ("[^"]*"|\S+)', "", self.err)
        for word in words:
            assert word in self.err or word in bare, f"{word!r} is not in: {self.err}"


def run(*arguments: object, stdin: str | bytes = "") -> Ran:
    """``precode …`` in this process."""
    from precode.cli.main import main

    typed = stdin.encode() if isinstance(stdin, str) else stdin
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8")
    try:
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            main([str(a) for a in arguments])
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    finally:
        sys.stdin = before
    told = []
    for stream in streams:
        stream.flush()
        stream.seek(0)
        told.append(stream.read())
    return Ran(code, *told)


def spawn(*arguments: object, faked: bool = False, **options: object) -> subprocess.Popen[str]:
    """``precode …`` as a process of its own; ``faked`` gives it the fake encoder."""
    program = [str(FAKED)] if faked else ["-m", "precode"]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, *program, *(str(a) for a in arguments)],
        **{
            "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
            "text": True, "encoding": "utf-8",
            "env": {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            **options,
        },
    )  # fmt: skip


def finished(process: subprocess.Popen[str], timeout: float = 60) -> Ran:
    """What ``process`` came to; a signal's number is negative."""
    out, err = process.communicate(timeout=timeout)
    return Ran(process.returncode, out, err)

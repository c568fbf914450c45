"""``precode`` in a fork of this process: as quick as in the process itself, and it may be killed."""

from __future__ import annotations

import ctypes
import json
import os
import sqlite3
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from running import Ran, run


def forked(*arguments: object, prepare: Callable[[], None] = lambda: None, stdin: str = "") -> Ran:
    """``precode …`` in a child on which ``prepare`` was called first. The number of the signal that
    killed it is the exit code, negative.
    """
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(told)
            prepare()
            try:
                ran = run(*arguments, stdin=stdin)
            except BaseException:
                ran = Ran(1, "", traceback.format_exc())
            with os.fdopen(tell, "wb") as pipe:
                pipe.write(json.dumps([ran.code, ran.out, ran.err]).encode())
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        heard = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Ran(-os.WTERMSIG(status), "", "")
    return Ran(*json.loads(heard))


def powerless() -> None:
    """Root may read and write anything: give that up, in this process."""
    if os.geteuid() != 0:
        return
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    data = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    libc = ctypes.CDLL(None, use_errno=True)
    libc.capget(header, data)
    data[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    if libc.capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")


class Crash:
    """A signal to this process at the ``k``-th thing it does to the disk (from 0); with ``k`` None,
    the things it does are written to ``log``, a line each.

    What counts: files and folders made, renamed and removed below ``root`` (audit events of the
    interpreter), and statements that change a database (SQLite's trace), one for each run of equals.
    """

    EVENTS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"})

    def __init__(self, root: Path, *, k: int | None = None, number: int = 9, log: Path) -> None:
        self.root, self.k, self.number, self.log = str(root), k, number, log
        self.count, self.last = 0, ""

    def __call__(self) -> None:
        """Begin to count, in this process and until it ends: audit hooks cannot be taken off."""
        connect = sqlite3.connect

        def traced(*args: Any, **options: Any) -> sqlite3.Connection:
            db = connect(*args, **options)
            db.set_trace_callback(self._statement)
            return db

        sqlite3.connect = traced
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            path, _mode, flags = args
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if writes and self.root in str(path) and path != str(self.log):
                self._act(f"write {path}")
        elif event in self.EVENTS and any(self.root in str(a) for a in args):
            self._act(f"{event} {args}")

    def _statement(self, text: str) -> None:
        kind = "CREATE" if text.startswith("CREATE") else " ".join(text.split()[:3])
        changes = ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE", "CREATE")
        if kind.startswith(changes) and kind != self.last:
            self.last = kind
            self._act(kind)

    def _act(self, what: str) -> None:
        if self.k is None:
            with os.fdopen(os.open(self.log, os.O_APPEND | os.O_CREAT | os.O_WRONLY), "a") as log:
                log.write(what.replace("\n", " ") + "\n")
        elif self.count == self.k:
            os.kill(os.getpid(), self.number)
        self.count += 1

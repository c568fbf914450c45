"""Ctrl-C while the program is still being imported: one line and exit 130, as later."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from precode import INTERRUPTED
from precode.resources import PACKAGE

# Sends Ctrl-C to this process when the module named first is about to be imported.
STRIKES = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
at = sys.argv.pop(1)
class Strike:
    def find_spec(self, name, path=None, target=None):
        if name == at:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Strike())
sys.argv[0] = "precode"
"""
AS_MODULE = "import runpy; runpy.run_module('precode', run_name='__main__', alter_sys=True)"


def as_program() -> str:
    """What the console script does, by pyproject.toml."""
    text = (PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    module, _, name = tomllib.loads(text)["project"]["scripts"]["precode"].partition(":")
    return f"from {module} import {name}; sys.exit({name}())"


def started(how: str, at: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", STRIKES + how, at, *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("how", [AS_MODULE, as_program()], ids=["module", "program"])
@pytest.mark.parametrize(
    "at", ["precode.cli", "precode.cli.main", "click", "precode.errors", "precode.cli.status"]
)
def test_ctrl_c_during_an_import_is_one_line_and_130(how: str, at: str) -> None:
    done = started(how, at, "status")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"{INTERRUPTED}\n")


@pytest.mark.parametrize("how", [AS_MODULE, as_program()], ids=["module", "program"])
def test_both_ways_in_run_the_command_line(how: str) -> None:
    """Without Ctrl-C, both start the same program and end with its exit code."""
    assert started(how, "", "--version").stdout.startswith("precode ")
    assert started(how, "", "statu").returncode == 2

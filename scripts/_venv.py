"""What both README commands share: a virtual environment with precode in it. Standard library only."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def python() -> Path:
    """The environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ready(*, extras: str = "") -> Path:
    """Make ``.venv`` and install precode with ``extras`` ("[dev]"), unless that was done already."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"precode needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}"
        )
    stamp = VENV / f".installed{extras.strip('[]') and '-' + extras.strip('[]')}"
    wanted = hashlib.sha256(
        (ROOT / "pyproject.toml").read_bytes()
        + (ROOT / "constraints.txt").read_bytes()
        + str(ROOT).encode()
    ).hexdigest()
    if python().exists() and stamp.exists() and stamp.read_text() == wanted:
        print(f"using {VENV}", flush=True)
        return python()
    if not python().exists():
        print(f"making {VENV}", flush=True)
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    print(
        "installing what constraints.txt pins (about a minute; several the first time)", flush=True
    )
    done = subprocess.run(
        [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--constraint", ROOT / "constraints.txt", "--editable", f"{ROOT}{extras}"],
        check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(
            "installing failed; pip says why above. Check the connection to your package index, then "
            f"run this again (delete {VENV} to begin anew)."
        )
    stamp.write_text(wanted)
    return python()

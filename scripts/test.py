"""Everything that CI checks: ``python3 scripts/test.py``. Arguments go to pytest."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from _venv import ROOT, ready

python = ready(extras="[dev]")
checks = [
    ("ruff format", ["-m", "ruff", "format", "--check", "--quiet", "."]),
    ("ruff", ["-m", "ruff", "check", "--quiet", "."]),
    ("mypy", ["-m", "mypy"]),
    (
        "import-linter",
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    ),
    ("pytest", ["-m", "pytest", *sys.argv[1:]]),
]
failed = []
for name, arguments in checks:
    print(f"── {name}", flush=True)
    start = time.monotonic()
    code = subprocess.run(
        [python, *arguments], cwd=ROOT, env={**os.environ}, check=False
    ).returncode
    print(
        f"   {name}: {'ok' if code == 0 else 'FAILED'}, {time.monotonic() - start:.0f} s",
        flush=True,
    )
    if code:
        failed.append(name)
if failed:
    print(f"failed: {', '.join(failed)}")
sys.exit(1 if failed else 0)

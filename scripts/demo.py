"""Set up precode and run the example study, end to end: ``python3 scripts/demo.py``."""

from __future__ import annotations

import subprocess
import sys
import time

from _venv import ROOT, ready

start = time.monotonic()
python = ready()
print(f"set up in {time.monotonic() - start:.0f} s\n", flush=True)
start = time.monotonic()
study = ROOT / "demo-study"
done = subprocess.run([python, "-m", "precode", "demo", study, *sys.argv[1:]], check=False)
if done.returncode == 0:
    print(f"the demo ran in {time.monotonic() - start:.0f} s", flush=True)
sys.exit(done.returncode)

"""``--help`` and ``--version`` come at once: they load no heavy library and touch no file."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from running import run

from precode.cli.main import VERBS
from precode.resources import PACKAGE

HEAVY = (
    "torch", "transformers", "spacy", "sklearn", "datasets", "openvino", "pydantic", "numpy",
    "scipy", "pyarrow", "pandas", "openpyxl", "docx", "rich", "sqlite3", "jinja2", "matplotlib",
    "textual",
)  # fmt: skip

# Says on stderr which heavy libraries were imported and which files were written or made.
PROBE = f"""
import sys
done = []
def hook(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        done.append(args[0])
    elif event in ("os.mkdir", "os.rename", "os.remove", "socket.connect", "socket.getaddrinfo"):
        done.append(event)
sys.dont_write_bytecode = True
sys.addaudithook(hook)
from precode.cli.main import main
try:
    main(sys.argv[1:])
finally:
    heavy = [m for m in {HEAVY!r} if m in sys.modules]
    print(heavy, done, file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([v, "--help"] for v in VERBS)])
def test_help_is_light(arguments: list[str]) -> None:
    """``precode … --help`` imports nothing heavy, writes nothing, and connects to nothing."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[] []"
    assert "recode" in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example_that_names_it(verb: str) -> None:
    told = run(verb, "--help")
    assert told.code == 0
    assert re.search(rf"Examples?:\s+precode\s+{verb}\b", told.out)


def test_help_lists_every_verb_and_every_exit_code() -> None:
    """``precode --help`` names what there is, in the order of the work."""
    told = run("--help").out
    places = [told.index(f"\n  {verb} ") for verb in VERBS]
    assert places == sorted(places)
    codes = " ".join(told.partition("Exit codes:")[2].split())
    assert all(re.search(rf"\b{code} [a-z]", codes) for code in (0, 1, 2, 3, 4, 5, 130))


def test_precode_alone_shows_the_help() -> None:
    """A first-time user who types just ``precode`` is told what there is."""
    alone = run()
    assert (alone.code, alone.out) == (0, run("--help").out)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme(verb: str) -> None:
    """README.md names every verb as a command."""
    readme = PACKAGE.parents[1] / "README.md"
    assert f"precode {verb}" in readme.read_text(encoding="utf-8")

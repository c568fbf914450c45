"""The whole walk with the real encoder: from files to a report, offline, and pre-coding without torch."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running import run
from studies import state

# Runs each list of arguments that stdin holds, in one process that may not use the network; tells
# the exit codes, what was said, and which heavy libraries were imported. Whatever asks for the
# network, here or in a child process, is written to the file named.
WALKER = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
def hook(event, args):
    if event == "socket.bind" and args[1] == ("::1", 0):
        return  # urllib3, which datasets imports, looks at import whether there is IPv6 at all
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind",
                 "socket.sendto", "socket.sendmsg", "urllib.Request"):
        with open(sys.argv[1], "a") as asked:  # a file, to hear of child processes too
            asked.write(f"{event} {args[1:]}\\n")
        raise OSError("the network is not for us")
sys.addaudithook(hook)
from precode.cli.main import main
told = []
for arguments in json.load(sys.stdin):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as done:
            code = done.code
    said = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        said.append(stream.read())
    told.append([code, *said])
heavy = [m for m in ("torch", "transformers", "datasets", "spacy", "sklearn") if m in sys.modules]
print(json.dumps({"told": told, "heavy": heavy}))
"""


def walk(asked: Path, *commands: list[object]) -> dict[str, Any]:
    # on a build server some libraries send nothing: here they shall think that they may
    env = {k: v for k, v in os.environ.items() if k not in ("CI", "TF_BUILD", "JENKINS_URL")}
    done = subprocess.run(
        [sys.executable, "-c", WALKER, str(asked)],
        env=env,
        input=json.dumps([[str(a) for a in c] for c in commands]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for command, (code, _, err) in zip(commands, found["told"], strict=True):
        assert code == 0, f"{command}: {err}"
    return found


def test_from_files_to_a_report_offline(interviews: Path, tmp_path: Path) -> None:
    """Every verb of the walk with the real encoder: nothing is connected to, no name looked up, results are whole, what a
    person said and what the machine said are told apart. Then pre-coding alone: it is as before to
    the last digit, and neither torch nor transformers is imported.
    """
    study = tmp_path / "a stüdy"
    at = ["--study", study]
    asked = tmp_path / "asked.txt"
    found = walk(
        asked,
        ["init", study, "--behaviour", "coming to the clinic"],
        ["add", interviews, *at],
        ["codes", interviews.parent / "codings.csv", "--complete-all", *at],
        ["train", *at],
        ["predict", *at],
        ["report", *at],
        *(["export", "--format", form, *at] for form in ("csv", "xlsx", "jsonl", "datasets")),
        ["status", *at],
        ["doctor", *at],
    )
    assert "Macro-F1" in found["told"][3][1]

    rows = list(
        csv.DictReader((study / "exports" / "codes.csv").read_text("utf-8-sig").splitlines())
    )
    kinds = {
        kind: [r for r in rows if r["source_of_code"] == kind] for kind in ("human", "machine")
    }
    assert {r["coder"] for r in kinds["human"]} == {"ANNA", "BEN"}
    assert all(r["p"] == "" for r in kinds["human"])
    assert all(r["coder"] == "" and r["verdict"] for r in kinds["machine"])
    assert {r["transcript"] for r in kinds["machine"]} == {f"interview-{i}" for i in range(1, 5)}
    page = (study / "reports" / "report.html").read_text("utf-8")
    assert "coming to the clinic" in page
    assert {e[2] for e in state(study).tables["event"]} == {"excerpt", "read"}

    model, out = study / "models" / "main", tmp_path / "out.csv"
    line = "The bus is late and there is no money for a taxi."
    file = tmp_path / "one.csv"
    file.write_text(f'sentence,before\n"{line}",So?\n', encoding="utf-8")
    alone = walk(
        asked,
        ["predict", "--json", *at],
        ["predict", file, "--text-column", "sentence", "--model", model, "--json"],
    )
    assert not {"torch", "transformers", "datasets"} & set(alone["heavy"])
    (told,) = [json.loads(x) for x in alone["told"][1][1].splitlines()]
    assert told["sentence"] == line
    assert told["physical_opportunity.decision"] == 1
    assert told["physical_opportunity.polarity"] == "barrier"
    assert told["verdict"] in ("accept", "review")
    walk(asked, ["predict", interviews / "interview-4.txt", "--model", model, "--out", out])
    bare = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert len(bare) == 14
    assert not asked.exists(), asked.read_text()

    first, second = sorted((study / "runs").glob("*.parquet"))
    assert columns(first) == columns(second)


def columns(run_file: Path) -> dict[str, list[str]]:
    """As text, in which what is not a number equals itself."""
    from precode.study.runs import read_run

    return {name: [repr(v) for v in values] for name, values in read_run(run_file).columns.items()}


@pytest.mark.usefixtures("fake_encoder")
def test_review_then_learn_again(trained_study: Path) -> None:
    """The loop: decisions of a review are stored as review's, count as read, and train the next
    model; the machine's own output never lands among them.
    """
    typed = "n\n\n" * 12 + "q\nq\n"
    ran = run("review", "--study", trained_study, "--coder", "CERI", "-n", "6", stdin=typed)
    assert ran.code == 0, ran.err
    events = [e for e in state(trained_study).tables["event"] if e[3] == "CERI"]
    assert len(events) >= 6
    assert {e[10] for e in events} == {"review"}
    told = json.loads(run("status", "--study", trained_study, "--json").out)
    assert [(c["name"], c["read"]) for c in told["coders"]][2] == ("CERI", 6)
    again = json.loads(run("train", "--study", trained_study, "--json").out)
    assert again["sentences"] > 42

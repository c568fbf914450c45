"""Whatever goes wrong: one message in words, the documented exit code, never a traceback."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import finished, run, spawn
from studies import state, write_table

from precode.cli.console import in_study
from precode.steps import status as status_step


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["statu"], ["there is no verb 'statu'", "did you mean: precode status?"]),
        (["xyz"], ["there is no verb 'xyz'", "verbs: demo, init, add"]),
        (["status", "--studdy", "x"], ["--studdy", "--study", "precode status --help"]),
        (["--foo"], ["No such option", "--foo", "precode --help"]),
        (["init"], ["FOLDER", "precode init --help"]),
        (["init", "new"], ["--behaviour", "precode init --help"]),
        (["init", "new", "--behaviour", " "], ["target behaviour", "--behaviour"]),
        (["init", "new", "--behaviour", "x", "--language", "english"], ["english", "such as en"]),
        (["review"], ["--coder", "precode review --help"]),
        (["review", "--coder", "A", "-n", "0"], ["'-n'", "precode review --help"]),
        (["review", "--coder", "A", "-n", "two"], ["'-n'", "'two'"]),
        (["review", "--coder", " "], ["needs to know who codes", "--coder"]),
        (["add"], ["name the files", "precode add"]),
        (["add", "--kind", "chat", "a.txt"], ["'chat'", "focus group"]),
        (["codes"], ["name a table of codings", "precode codes"]),
        (["codes", "--fuzzy-score", "10", "a.csv"], ["50", "precode codes --help"]),
        (["export", "--human-only", "--machine-only"], ["nothing is left to export"]),
        (["export", "--format", "pdf"], ["'pdf'", "'xlsx', 'csv', 'jsonl', 'datasets'"]),
        (["report", "--quotes", "-1"], ["-1", "precode report --help"]),
        (["train", "--name", "../main"], ["'../main' cannot be a model's name"]),
        (["train", "--name", ""], ["'' cannot be a model's name"]),
        (["predict", "--accept", "1.5"], ["--accept", "precode predict --help"]),
        (["predict", "--text-column", "text"], ["--text-column needs FILES"]),
        (["predict", "--behaviour", "x"], ["precode.toml"]),
        (["predict", "a.docx"], ["FILES need a model", "--model"]),
        (["predict", "--model", "m", "--context-column", "c", "a.csv"], ["--text-column"]),
        (["predict", "--model", "m", "--speaker-column", "c", "a.csv"], ["--text-column"]),
        (["predict", "--speaker-column", "c"], ["--speaker-column needs FILES"]),
        (["predict", "--model", "m", "--text-column", "c", "a.csv", "b.csv"], ["one by one"]),
        (["predict", "--model", "m", "a.docx", "--out", "a.pdf"], ["--out a.pdf", ".xlsx"]),
        (["predict", "--model", "m", "a.csv", "--out", "./a.csv"], ["the input itself"]),
        (["add", "b\udcff.txt"], ["is not text", "ordinary letters"]),
    ],
)
def test_a_wrong_command_line_is_one_message_and_exit_2(
    arguments: list[str], words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typos, missing and contradicting options are refused before anything is made."""
    monkeypatch.chdir(tmp_path)
    run(*arguments).refused(2, *words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status", "--json", "--foo"], 2),
        (["status", "--json", "--study", "nowhere"], 4),
        (["add", "--json", "nothing.txt", "--study", "."], 4),
    ],
)
def test_with_json_an_error_is_one_json_document(arguments: list[str], code: int) -> None:
    """A program that reads stdout gets the error there, whatever kind it is."""
    ran = run(*arguments)
    told = json.loads(ran.out)
    assert (told["exit"], ran.code) == (code, code)
    assert told["error"] in ran.err
    assert told["mend"]


def test_a_dry_run_in_json_holds_its_problems(empty_study: Path, tmp_path: Path) -> None:
    """What was understood and what was not come in one document, and the exit code is not 0."""
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("INT: So?\nP1: I went there.\n")
    bad.write_text("Nobody is named here.\n")
    ran = run("add", "--study", empty_study, "--dry-run", "--json", good, bad)
    told = json.loads(ran.out)
    assert [f["name"] for f in told["files"]] == ["good"]
    assert [p["where"] for p in told["problems"]] == [str(bad)]
    ran.refused(3, "no speaker labels")


@pytest.mark.parametrize("verb", ["status", "report", "export", "doctor"])
def test_json_is_the_only_thing_on_stdout(verb: str, coded_study: Path) -> None:
    assert json.loads(run(verb, "--study", coded_study, "--json").out)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.ENAMETOOLONG])
def test_the_systems_refusals_are_lines(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or a missing permission is no bug of ours, and shown without a traceback."""

    def fail(path: Path) -> None:
        raise OSError(number, "it says why", "some/file")

    monkeypatch.setattr(status_step, "status", fail)
    run("status").refused(3, "some/file: it says why", "check the name, the disk")


def test_our_own_mistakes_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug must be seen as one, with the place where it happened."""
    monkeypatch.setattr(status_step, "status", lambda path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("status")


def test_ctrl_c_is_one_line_and_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status_step, "status", interrupt)
    run("status").refused(130, "interrupted")


@pytest.mark.parametrize("verb", ["--help", "status", "doctor", "export --json"])
def test_a_reader_that_leaves_early_is_no_error(verb: str, coded_study: Path) -> None:
    """``precode status | head -0``: exit 0, and nothing on stderr about a broken pipe."""
    study = [] if verb.startswith("-") else ["--study", coded_study]
    process = spawn(*verb.split(), *study)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert "roken" not in told


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("verb", ["status", "review --coder CERI"])
def test_closed_streams_are_no_error(verb: str, closed: str, coded_study: Path) -> None:
    """Started by a scheduler without input or output, a verb does its work."""
    command = f'"$0" -m precode {verb} --study "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, str(coded_study)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_the_next_command_can_be_pasted(coded_study: Path) -> None:
    """The last line names the study that was named, in quotes if its path has a space."""
    told = run("status", "--study", coded_study).err
    assert told == f'next: precode train --study "{coded_study}"\n'


@pytest.mark.parametrize(
    ("text", "study", "shown"),
    [
        ("precode train", "", "precode train"),
        ("precode train", "s", "precode train --study s"),
        ("precode train --study s", "s", "precode train --study s"),
        ("precode train, then precode predict", "a b",
         'precode train --study "a b", then precode predict --study "a b"'),
        ("pip install precode", "s", "pip install precode"),
        (r"precode codes", r"C:\s", r"precode codes --study C:\s"),
    ],
)  # fmt: skip
def test_commands_shown_carry_the_study(text: str, study: str, shown: str) -> None:
    assert in_study(text, study) == shown


def test_from_inside_the_study_no_path_is_needed(
    coded_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the study's folder the verbs find it, and relative paths mean that folder."""
    monkeypatch.chdir(coded_study)
    ran = run("export", "--out", "here.csv")
    assert (ran.code, ran.err) == (0, "next: precode status\n")
    assert (coded_study / "here.csv").is_file()


def test_a_study_may_be_named_by_the_environment(
    coded_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRECODE_STUDY", str(coded_study))
    assert run("status").code == 0


def test_odd_names_pass_through_the_walk(tmp_path: Path) -> None:
    """Spaces, quotes, umlauts, brackets and a leading dash: names are never code or markup."""
    study = tmp_path / "s [bold] 'x' %s {y}"
    assert (
        run("init", study, "--behaviour", 'a "b" [red] @TITLE@', "--title", "@BEHAVIOUR@").code == 0
    )
    name = "-ä [b]P1[b] %d {0} 'q' (1)"
    folder = tmp_path / "-in"
    folder.mkdir()
    (folder / f"{name}.txt").write_text("INT: So?\nP1: I could not [laughs] go there.\n")
    assert run("add", "--study", study, folder).code == 0
    table = write_table(
        tmp_path / "-c.csv",
        ["source", "excerpt", "code", "polarity", "coder"],
        [name, "I could not [laughs] go there.", "physical capability", "barrier", "[i]A"],
    )
    ran = run("codes", "--study", study, "--", table)
    assert ran.code == 0, ran.err
    assert "[i]A" in ran.out
    told = run("status", "--study", study, "--json").out
    assert json.loads(told)["title"] == "@BEHAVIOUR@"
    assert json.loads(told)["behaviour"] == 'a "b" [red] @TITLE@'
    assert run("report", "--study", study).code == 0
    assert run("export", "--study", study, "--format", "csv").code == 0
    assert run("doctor", "--study", study).code == 0


def test_names_of_bytes_that_are_no_text(tmp_path: Path, empty_study: Path) -> None:
    """A file in a folder whose name is no text is listed, and nothing is added."""
    folder = tmp_path / "f"
    folder.mkdir()
    try:
        (folder / "b\udcff.txt").write_text("INT: So?\nP1: I went there.\n")
    except OSError:
        pytest.skip("this system refuses such names")
    before = state(empty_study)
    run("add", "--study", empty_study, folder).refused(3, "not text", "rename the file")
    assert state(empty_study) == before


def test_python_m_precode_is_the_same_command() -> None:
    ran = finished(spawn("--version"))
    assert (ran.code, ran.out) == (0, run("--version").out)


def test_unreadable_bytes_on_stdout_do_not_stop_a_verb(coded_study: Path) -> None:
    """A terminal that is not UTF-8 still gets the table."""
    done = subprocess.run(
        [sys.executable, "-m", "precode", "status", "--study", str(coded_study)],
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_review_stopped_by_ctrl_c_ends_with_130_and_keeps_what_was_decided(
    coded_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["n"])

    def line(_prompt: str) -> str:
        for answer in typed:
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", line)
    ran = run("review", "--study", coded_study, "--coder", "CERI")
    assert (ran.code, "1 sentence decided" in ran.out) == (130, True)

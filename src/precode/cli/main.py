"""``precode``: the group of verbs, loaded one at a time, and the one error boundary."""

from __future__ import annotations

import difflib
import errno
import importlib
import json
import os
import re
import sys
from pathlib import Path

import click

import precode
from precode.cli.console import in_study
from precode.errors import InputError, PrecodeError, UsageError

# Verb → what it does, in the order of the work. Kept here so that --help imports nothing else.
VERBS = {
    "demo": "Make and run the example study, end to end.",
    "init": "Make a study from a codebook and a target behaviour.",
    "add": "Read transcripts into the study.",
    "codes": "Read human codings and find them in the transcripts.",
    "train": "Fit, calibrate and validate a model on the human codes.",
    "predict": "Pre-code sentences, of the study or of any file.",
    "models": "List, show, compare, delete, export and import models.",
    "review": "Decide on the sentences where your judgement is worth most.",
    "assign": "Give coders the same sentences, each to code them alone.",
    "merge": "Bring in what was coded on other copies of the study.",
    "adjudicate": "Settle, one by one, what coders have coded differently.",
    "status": "Show where the study stands and what to do next.",
    "simulate": "Replay the review on what the team has coded: how soon was it good enough?",
    "agree": "Show how well coders agree with one another, and the machine with them.",
    "report": "Write the findings, scores and methods: a web page, Word, Excel.",
    "export": "Write all codes as a table.",
    "doctor": "Check the installation and a study.",
}
# Bytes of a name that are no text arrive as halves of pairs, which no file or database can hold.
_SURROGATE = re.compile("[\ud800-\udfff]")
EPILOG = """Exit codes: 0 done; 2 the command line is wrong; 3 a file cannot be used as it is;
4 the study cannot be opened; 5 too little is coded yet; 130 interrupted; 1 our mistake."""


class Verbs(click.Group):
    """Loads a verb's module only when it is called: --help must not wait for libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command = getattr(importlib.import_module(f"precode.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f"did you mean: precode {near[0]}?" if near else f"verbs: {', '.join(VERBS)}"
            raise click.UsageError(f"there is no verb {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs, in the order of the work"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=Verbs,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(precode.__version__, prog_name="precode", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Pre-code interview and focus-group transcripts, from a few that people coded.

    Everything stays on this computer.

    Example: precode demo
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


# The disk's, the folder's or the name's fault, not ours: shown as a line.
_ENVIRONMENT = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EACCES, errno.EPERM, errno.EROFS,
    errno.EBUSY, errno.ENAMETOOLONG, errno.EINVAL, errno.ENOENT, errno.EEXIST, errno.ENOTDIR,
    errno.EISDIR, errno.ELOOP, errno.EILSEQ,
}  # fmt: skip


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with a documented code."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us: a scheduler, a shell's >&-
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 until exit
    if hasattr(sys.stdout, "reconfigure"):  # Windows consoles and pipes are not UTF-8 by default
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stderr.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    given = sys.argv[1:] if args is None else args
    try:
        sys.exit(_outcome(given))
    except BrokenPipeError:
        # the reader of our output has gone (`| head`): nothing is wrong, and nothing to say
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        sys.exit(0)


def _outcome(given: list[str]) -> int:
    """Run the verb; the exit code, once everything is said."""
    try:
        if unreadable := [a for a in given if _SURROGATE.search(a)]:
            raise UsageError(
                f"{unreadable[0]!r} is not text in this terminal's encoding",
                mend="type it again, or give the file a name of ordinary letters",
            )
        # not cli.main(): click would make exit 1 of a closed pipe
        with cli.make_context("precode", list(given)) as ctx:
            cli.invoke(ctx)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        here = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        message = error.format_message().replace("\n", " ")
        return _failed(UsageError(message), f"{here or 'precode'} --help", given)
    except PrecodeError as error:
        return _failed(error, in_study(error.mend, _study(given)), given)
    except (KeyboardInterrupt, click.exceptions.Abort):
        click.echo(precode.INTERRUPTED, err=True)
        return 130
    except OSError as error:
        if isinstance(error, BrokenPipeError) or error.errno not in _ENVIRONMENT:
            raise
        name = f"{error.filename}: " if error.filename else ""
        mend = "check the name, the disk, and the folder's permissions"
        return _failed(InputError(f"{name}{error.strerror}"), mend, given)
    else:
        code = 0
    sys.stdout.flush()
    return code


def _failed(error: PrecodeError, mend: str, given: list[str]) -> int:
    """Tell ``error``: in words on stderr, and with --json on stdout too. Returns its exit code."""
    if "--json" in given:
        problems = [{"where": p.where, "what": p.what, "mend": p.mend} for p in error.problems]
        told = {
            "error": error.what, "mend": mend, "problems": problems, "exit": error.exit_code,
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
    click.echo(f"precode: {error}" + (f"\n  → {mend}" if mend else ""), err=True)
    return error.exit_code


def _study(given: list[str]) -> str:
    """The value of --study; it stands in commands that are shown to be run next."""
    for i, word in enumerate(given):
        if word == "--study":
            return "".join(given[i + 1 : i + 2])
        if word.startswith("--study="):
            return word.removeprefix("--study=")
    return ""

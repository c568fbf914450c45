"""``precode``: the group of verbs, loaded one at a time, and the one error boundary."""

from __future__ import annotations

import difflib
import errno
import importlib
import json
import os
import sys

import click

import precode
from precode.errors import PrecodeError

# Verb → what it does, in the order of the work. Kept here so that --help imports nothing else.
VERBS = {
    "demo": "Make and run the example study, end to end.",
    "init": "Make a study from a codebook and a target behaviour.",
    "add": "Read transcripts into the study.",
    "codes": "Read human codings and find them in the transcripts.",
    "train": "Fit, calibrate and validate a model on the human codes.",
    "predict": "Pre-code sentences, of the study or of any file.",
    "review": "Decide on the sentences where your judgement is worth most.",
    "status": "Show where the study stands and what to do next.",
    "report": "Write the findings, scores and methods as a web page.",
    "export": "Write all codes as a table.",
    "doctor": "Check the installation and a study.",
}
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


@click.group(cls=Verbs, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(precode.__version__, prog_name="precode", message="%(prog)s %(version)s")
def cli() -> None:
    """Pre-code interview and focus-group transcripts, from a few that people coded.

    Everything stays on this computer.

    Example: precode demo
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with a documented code."""
    if hasattr(sys.stdout, "reconfigure"):  # Windows consoles and pipes are not UTF-8 by default
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stderr.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    given = sys.argv[1:] if args is None else args
    try:
        code = cli.main(args=given, prog_name="precode", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        _fail("interrupted", code=130)
    except click.ClickException as error:
        message = error.format_message().replace("\n", " ")
        where = (
            error.ctx.command_path
            if isinstance(error, click.UsageError) and error.ctx
            else "precode"
        )
        _fail(message, mend=f"{where} --help", code=2)
    except PrecodeError as error:
        if "--json" in given:
            click.echo(json.dumps(_as_json(error), ensure_ascii=False))
        _fail(str(error), mend=error.mend, code=error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted; what was stored before stays stored", code=130)
    except BrokenPipeError:
        # the reader of our output has gone (`| head`): nothing is wrong, and nothing to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EDQUOT):
            raise
        name = f"{error.filename}: " if error.filename else ""
        _fail(f"{name}{error.strerror}", mend="check the disk and the folder's permissions", code=3)


def _as_json(error: PrecodeError) -> dict[str, object]:
    problems = [{"where": p.where, "what": p.what, "mend": p.mend} for p in error.problems]
    return {"error": error.what, "mend": error.mend, "problems": problems, "exit": error.exit_code}


def _fail(message: str, *, code: int, mend: str = "") -> None:
    click.echo(f"precode: {message}" + (f"\n  → {mend}" if mend else ""), err=True)
    sys.exit(code)

"""``precode models``: list, show, compare, delete, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.cli.console import Progress, emit_json, json_option, note, say, study_option, table
from precode.errors import UsageError

if TYPE_CHECKING:
    from precode.steps.learnt.comparing import Difference
    from precode.steps.learnt.shelving import Moved

EXAMPLE = (
    "Examples: precode models    (a list);    precode models show main;    "
    "precode models compare main other;    precode models export main main.zip"
)


def _common(context: click.Context, study: Path, as_json: bool) -> tuple[Path, bool]:
    """The study and --json, whether they stand before or after the verb of this group."""
    above = context.parent.params if context.parent else {}
    source = context.get_parameter_source("study")
    given = source is click.core.ParameterSource.COMMANDLINE
    return study if given else above.get("study", study), as_json or bool(above.get("as_json"))


@click.group(epilog=EXAMPLE, invoke_without_command=True)
@study_option
@json_option
@click.pass_context
def models(context: click.Context, study: Path, as_json: bool) -> None:
    """List the models, or show, compare, delete, export and import them."""
    if context.invoked_subcommand is not None:
        return
    from precode.steps.learnt.shelving import models as step

    found = step(study)
    if as_json:
        emit_json(found)
        return
    if found:
        table(
            ("model", "made", "coders", "sentences", "transcripts", "macro-F1, held out", ""),
            [
                (
                    m.name,
                    m.made_at[:16].replace("T", " "),
                    ", ".join(m.coders),
                    m.sentences or "",
                    m.transcripts or "",
                    _figure(m.macro_f1),
                    "; ".join(
                        w
                        for w in (
                            "shipped" * m.shipped,
                            "newest" * m.newest,
                            "made the newest run" * m.in_use,
                            f"cannot be used here: it {m.why_not}" if m.why_not and m.id else "",
                            f"damaged: {m.why_not}" if not m.id and not m.absent else "",
                            "its encoder is not here" * m.absent,
                        )
                        if w
                    ),
                )
                for m in found
            ],
        )
    for m in found:
        if m.absent:
            fetch = f"to use {m.name}: precode models fetch {m.name}"
            note(fetch if m.shipped else f"{m.name}: {m.why_not}")
    if not any(not m.shipped for m in found):
        note("the study has no model of its own yet: precode train")


@models.command("show")
@click.argument("name")
@study_option
@json_option
@click.pass_context
def show_(context: click.Context, name: str, study: Path, as_json: bool) -> None:
    """Show all about one model: its card, what it was trained on, how good it is."""
    from precode.steps.learnt.shelving import show as step

    study, as_json = _common(context, study, as_json)
    found = step(study, name)
    if as_json:
        emit_json(found)
        return
    say(found.card.rstrip() or f"Model {name!r} has no card.")
    say()
    say(
        f"Folder: {found.folder} ({sum(found.files.values()) / 1e6:.1f} MB). Id: {found.listed.id}."
    )
    if found.listed.why_not:
        say(f"note: it cannot be used here: it {found.listed.why_not}")
    for line in found.notes:
        say(f"note: {line}")


@models.command("compare")
@click.argument("names", nargs=-1, required=True)
@study_option
@json_option
@click.pass_context
def compare_(context: click.Context, names: tuple[str, ...], study: Path, as_json: bool) -> None:
    """Compare models on the same held-out sentences, with paired intervals over transcripts."""
    from precode.steps.learnt.comparing import compare as step

    study, as_json = _common(context, study, as_json)
    done = step(study, names, progress=Progress())
    if as_json:
        emit_json(done)
        return
    table(
        (
            "model",
            "macro-F1",
            "micro-F1",
            *(c.replace("_", " ") for c in done.averaged),
            "judged by",
        ),
        [
            (
                m.name,
                _figure(m.macro_f1),
                _figure(m.micro_f1),
                *("" if f is None else f for f in m.codes.values()),
                m.how,
            )
            for m in done.models
        ],
        title=f"The same {done.sentences:,} sentences of {done.transcripts} transcripts; "
        "95 % intervals over transcripts",
    )
    for d in done.differences:
        say(_verdict(d))
    for line in done.notes:
        say(f"note: {line}")


@models.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask, even if it made the newest run.")
@study_option
@json_option
@click.pass_context
def delete_(context: click.Context, name: str, yes: bool, study: Path, as_json: bool) -> None:
    """Move a model of the study to backups/."""
    from precode.steps.learnt import shelving as step

    study, as_json = _common(context, study, as_json)
    if not yes:
        run = step.in_use(study, name)
        if run:
            raise UsageError(
                f"model {name!r} made the newest run ({run}), which review, status and report go by",
                mend=f"if you mean it: precode models delete {name} --yes",
            )
        if not click.confirm(f"Move model {name!r} to backups?", err=True):
            note("nothing was deleted")
            return
    _told(step.delete(study, name, used_too=yes), "Moved model {!r} to {}", as_json)


@models.command("export")
@click.argument("name")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@study_option
@json_option
@click.pass_context
def export_(
    context: click.Context, name: str, file: Path | None, study: Path, as_json: bool
) -> None:
    """Write a model with its card to FILE.zip (default: exports/model-NAME.zip)."""
    from precode.steps.learnt.shelving import export as step

    study, as_json = _common(context, study, as_json)
    _told(step(study, name, file), "Exported model {!r}: {}", as_json)


@models.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", default="", help="Its name here.  [default: the one it had]")
@study_option
@json_option
@click.pass_context
def import_(context: click.Context, file: Path, name: str, study: Path, as_json: bool) -> None:
    """Take in a model that was exported elsewhere, if it fits this study."""
    from precode.steps.learnt.shelving import take_in as step

    study, as_json = _common(context, study, as_json)
    _told(step(study, file, name=name), "Took in model {!r}: {}", as_json)


@models.command("fetch")
@click.argument("name")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    help="A folder with the encoder's config.json, tokenizer.json and model.safetensors.",
)
@click.option(
    "--allow-download",
    is_flag=True,
    help="Fetch it from the Hugging Face hub. Nothing else is ever fetched, and nothing is sent.",
)
@json_option
@click.pass_context
def fetch_(
    context: click.Context, name: str, source: Path | None, allow_download: bool, as_json: bool
) -> None:
    """Get the encoder that a shipped model reads with, once for all studies."""
    from precode.steps.learnt.downloading import fetch_for as step

    done = step(name, source=source, allow_download=allow_download, progress=Progress())
    if as_json or (context.parent and context.parent.params.get("as_json")):
        emit_json(done)
        return
    say(f"{'Here already' if done.already else 'Now here'}: {done.encoder}, in {done.where}")
    note(
        f"precode predict --model {name}; or in precode.toml: starter = {name!r}".replace("'", '"')
    )


def _told(done: Moved, words: str, as_json: bool) -> None:
    if as_json:
        emit_json(done)
        return
    say(words.format(done.name, done.where))
    for line in done.notes:
        say(f"note: {line}")


def _verdict(d: Difference) -> str:
    """A difference in one sentence."""
    value, low, high = d.macro_f1
    if low is None or high is None:
        return (
            f"{d.name!r} − {d.than!r}: macro-F1 {value:+.3f}; too few transcripts for an interval."
        )
    figure = f"macro-F1 {value:+.3f} ({low:+.3f} to {high:+.3f})"
    if not d.clear:
        return f"{d.name!r} − {d.than!r}: {figure}: these transcripts show no difference."
    better, worse = (d.name, d.than) if value > 0 else (d.than, d.name)
    return f"{d.name!r} − {d.than!r}: {figure}: {better!r} is better than {worse!r} here."


def _figure(value: object) -> str:
    """[value, low, high] in print, or words."""
    if isinstance(value, str):
        return value
    if not isinstance(value, (list, tuple)):
        return ""
    point, low, high = value
    return f"{point:.2f}" + ("" if low is None else f" ({low:.2f} to {high:.2f})")

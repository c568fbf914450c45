"""``precode init``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, in_study, json_option, say, then

EXAMPLE = 'Example: precode init my-study --behaviour "quitting smoking"'


@click.command(epilog=EXAMPLE)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--behaviour", required=True, help="Target behaviour that barrier and facilitator refer to."
)
@click.option(
    "--codebook",
    default="comb",
    show_default=True,
    help="comb, tdf, four-cos, or a file: .toml, .qdc, .qdpx.",
)
@click.option("--title", default="", help="The study's title in reports.")
@click.option(
    "--language", default="en", show_default=True, help="Language of the talk, two letters."
)
@json_option
def init(
    folder: Path, behaviour: str, codebook: str, title: str, language: str, as_json: bool
) -> None:
    """Make a study in FOLDER, from a codebook and the behaviour it is about."""
    from precode.steps.init import init as step

    made = step(folder, behaviour=behaviour, codebook=codebook, title=title, language=language)
    if as_json:
        emit_json(made)
        return
    say(f"Made the study {made.folder}, about: {made.behaviour}")
    say(f"Codebook {made.codebook}: {', '.join(made.codes)}")
    say("Everything in it stays on this computer. Settings: precode.toml; codes: codebook.toml")
    then(in_study("precode add FILES", "" if folder == Path() else made.folder))

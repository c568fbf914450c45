"""``precode train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from precode.cli.console import Progress, emit_json, json_option, say, study_option, table, then

if TYPE_CHECKING:
    from precode.model.finetune.plan import Adapt

EXAMPLE = """\b
Examples: precode train --coder ANNA --coder BEN
          precode train --finetune"""


@click.command(epilog=EXAMPLE)
@click.option("--name", default="main", show_default=True, help="The model's name.")
@click.option(
    "--coder", "coders", multiple=True, help="Learn from this coder; may be repeated. Default: all."
)
@click.option(
    "--finetune",
    is_flag=True,
    help="Adapt the encoder itself too, and keep that if it is better on held-out transcripts. Takes "
    "minutes to hours; Ctrl-C and the same command again go on where it was.",
)
@click.option(
    "--adapt",
    type=click.Choice(["lora", "last", "whole"]),
    default="lora",
    show_default=True,
    help="What --finetune changes: small matrices beside the layers, the last layers, or all.",
)
@click.option(
    "--layers",
    type=click.IntRange(1),
    help="How many layers, from the last, --adapt lora or last changes.  [default: all; 2]",
)
@click.option(
    "--utterances",
    type=click.IntRange(0, 10),
    default=10,
    show_default=True,
    help="How much of the talk before a sentence --finetune reads.",
)
@click.option(
    "--keep",
    type=click.Choice(["finetuned", "default"]),
    help="Keep this one whichever is better.  [default: the better one]",
)
@click.option(
    "--allow-download",
    is_flag=True,
    help="Fetch the encoder that precode.toml names, once, if it is not on this computer. Nothing "
    "else is ever fetched, and nothing is sent.",
)
@study_option
@json_option
def train(
    name: str,
    coders: tuple[str, ...],
    finetune: bool,
    adapt: Adapt,
    layers: int | None,
    utterances: int,
    keep: Literal["finetuned", "default"] | None,
    allow_download: bool,
    study: Path,
    as_json: bool,
) -> None:
    """Fit, calibrate and validate a model on what the team coded, by transcript."""
    from precode.errors import UsageError
    from precode.model.finetune.plan import Plan, Reading
    from precode.steps.learnt.card import figure
    from precode.steps.train import train as step

    plan = Plan(adapt=adapt, layers=layers or 0, reading=Reading(utterances=utterances))
    if keep and not finetune:
        raise UsageError("--keep chooses between two models", mend="add --finetune, or drop --keep")
    done = step(
        study, name=name, coders=coders, tune=plan if finetune else None, keep=keep or "better",
        allow_download=allow_download, progress=Progress(),
    )  # fmt: skip
    if as_json:
        emit_json(done)
        return
    v: dict[str, Any] = done.validation
    say(
        f"Model {done.name!r}: learned from {done.sentences:,} sentences of {done.transcripts} transcripts."
    )
    human = (v.get("human") or {}).get("codes", {})
    if "codes" in v:
        rows = []
        for code, s in {**v["codes"], "nothing applies": v["nothing_applies"]}.items():
            beside = figure(human[code]["kappa"]) if code in human else ""
            rows.append(
                (
                    code.replace("_", " "),
                    s["positives"],
                    *(figure(s[k]) for k in ("precision", "recall", "f1", "kappa")),
                    beside,
                )
            )
        table(
            ("code", "n", "precision", "recall", "F1", "κ with coders", "κ between coders"),
            rows,
            title=f"Held-out transcripts: {v['sentences']:,} sentences, {v['transcripts']} transcripts, "
            f"{v['folds']} folds; 95 % intervals over transcripts",
        )
        say(
            f"Macro-F1 {figure(v['macro_f1'])}"
            + (f"; between coders {figure(v['human']['macro_f1'])}" if v.get("human") else "")
        )
        if v["polarity"]:
            say(f"Polarity where the code was given: accuracy {figure(v['polarity']['accuracy'])}, "
                f"macro-F1 {figure(v['polarity']['macro_f1'])}, n = {v['polarity']['n']}")  # fmt: skip
    else:
        say(f"Not validated: {v['why_not']}.")
    for note in done.notes:
        say(f"note: {note}")
    then("precode predict")

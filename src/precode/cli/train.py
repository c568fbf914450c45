"""``precode train``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from precode.cli.console import Progress, emit_json, json_option, say, study_option, table, then

EXAMPLE = "Example: precode train --coder ANNA --coder BEN"


@click.command(epilog=EXAMPLE)
@click.option("--name", default="main", show_default=True, help="The model's name.")
@click.option(
    "--coder", "coders", multiple=True, help="Learn from this coder; may be repeated. Default: all."
)
@study_option
@json_option
def train(name: str, coders: tuple[str, ...], study: Path, as_json: bool) -> None:
    """Fit, calibrate and validate a model on what the team coded, by transcript."""
    from precode.steps.card import figure
    from precode.steps.train import train as step

    done = step(study, name=name, coders=coders, progress=Progress())
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

"""The card of a trained model: what a reader of its folder must know, written from its facts."""

from __future__ import annotations

from typing import Any

from precode.model.bundle import Bundle
from precode.steps.learnt.resting import by_code, said


def card(bundle: Bundle) -> str:
    """Markdown, from what ``bundle`` says of itself."""
    about: dict[str, Any] = dict(bundle.about)
    validation: dict[str, Any] = about["validation"]
    trained: list[dict[str, Any]] = about["trained_on"]
    lines = [
        f"# Model {about['name']!r} of the study {about['study']!r}",
        "",
        f"Made {about['made_at']} by precode {about['precode']}. "
        f"Target behaviour: {about['behaviour']}. "
        f"Codebook: {about['codebook']['name']} {about['codebook']['version']} "
        f"({about['codebook']['hash']}). Encoder: {bundle.encoder_key}.",
        "",
        f"Trained on {_many(sum(t['sentences'] for t in trained), 'sentence')} of "
        f"{_many(len(trained), 'transcript')}, "
        f"coded by {', '.join(about['coders'])}.",
        "",
        *_start(bundle),
        "**Confidential.** Its word list holds words that at least two participants' sentences share. "
        "Share it only as you would share the transcripts.",
        *(
            [
                "",
                "`familiar.safetensors` holds the mean of the sentences' embeddings and the directions "
                "in which they vary most, by which talk unlike this is told. It holds no sentence, "
                "but is derived from all of them.",
            ]
            if about.get("familiar")
            else []
        ),
        "",
        "Not a substitute for your own coding: figures hold for transcripts like those it was "
        "trained on.",
        "",
    ]
    if "codes" not in validation:
        return "\n".join([*lines, f"Not validated: {validation['why_not']}.", ""])
    lines += [
        f"Validated on {_many(validation['sentences'], 'sentence')} of "
        f"{_many(validation['transcripts'], 'transcript')}, "
        f"{validation['folds']} folds of whole transcripts; 95 % intervals over transcripts.",
        "",
        "| code | positives | precision | recall | F1 | kappa |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for code, s in validation["codes"].items():
        figures = " | ".join(figure(s[k]) for k in ("precision", "recall", "f1", "kappa"))
        lines.append(f"| {bundle.codebook[code].label} | {s['positives']} | {figures} |")
    lines += ["", f"Macro-F1 {figure(validation['macro_f1'])}.", ""]
    return "\n".join([*lines, *(f"- {note}" for note in about["notes"]), ""])


def _start(bundle: Bundle) -> list[str]:
    """The shipped model that it started from, if one was at hand."""
    start, shares = said(bundle), by_code(bundle)
    if not start:
        return []
    words = f"{start[0].upper()}{start[1:]}."
    if shares:
        words += (
            f" By code: {shares}. The rest is the team's. That model was trained on invented talk and "
            "lies whole in `prior/`."
        )
    return [words, ""]


def _many(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def figure(value: object) -> str:
    """A stored figure in print: "0.71 (0.64 to 0.78)", or its words."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    point, low, high = value
    if low is None or high is None:
        return f"{point:.2f}"
    return f"{point:.2f} ({low:.2f} to {high:.2f})"

"""Coded passages that cover no sentence that can be coded, and the command that mends it: a file in
which only the questions have a label is read as if the interviewer said it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.codings.history import uncovered
from precode.domain import Event, Sentence
from precode.errors import quoted
from precode.steps.opening import Study

ROLES = {
    "interviewer": "the interviewer's ({})",
    "other": "an observer's ({})",
    "": "nobody's",
}
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Uncounted:
    """``passages`` are coded and count nowhere: in words ``what``, with ``mend``, all that helps, and
    ``command``, what most likely does.
    """

    passages: int
    what: str
    mend: str
    command: str


def uncounted(
    study: Study, sentences: Sequence[Sentence], events: Sequence[Event]
) -> Uncounted | None:
    """The standing passages that count nowhere because nothing in their transcript can be coded, or
    because nothing at all counts; None without any. A question that was coded beside its answers is
    the coder's affair.
    """
    able = {s.transcript_id for s in sentences if s.codable}
    idle = uncovered(events, sentences, overlap=study.settings.codings.overlap)
    every = uncovered(events, (), overlap=1)  # where there is no sentence, no act covers one
    counts = len(idle) < len(every)
    stuck = [e for e in idle if not counts or e.transcript_id not in able]
    if not stuck:
        return None
    names = {t.id: t.name for t in study.store.transcripts()}
    found = {e.transcript_id for e in stuck}
    barren = [i for i in names if i in found - able]
    where = barren or [i for i in names if i in found]
    turns = study.store.turns()
    sources = study.store.sources()
    all_ = f"{_passages(len(stuck))} coded, but none covers a sentence that can be coded: "
    some = f"{_passages(len(stuck))} coded where no sentence can be: "
    said = every_turn((t.speaker, t.role.value) for i in where for t in turns.get(i, ()))
    why = f"in {_listed([names[i] for i in where])} {said}" if barren else (
        "what they cover is said by the interviewer, or by nobody"
    )  # fmt: skip
    files = as_words([sources[i][0] for i in where])
    command = mending(files, update=True)
    mend = (
        f"if only the questions have a label: {command}; if a participant is taken for the "
        "interviewer: interviewers under [transcripts] in precode.toml, then the same with "
        "--kind interview"
    )
    return Uncounted(len(stuck), (some if counts else all_) + why, mend, command)


def every_turn(speakers: Iterable[tuple[str, str]]) -> str:
    """Whose every turn is, where none can be coded. ``speakers`` are labels with roles."""
    labels: dict[str, dict[str, None]] = {}
    for label, role in speakers:
        labels.setdefault(role if label or role == "interviewer" else "", {})[label] = None
    parts = [
        words.format(_listed(list(labels[role]))) for role, words in ROLES.items() if role in labels
    ]
    whose = " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"every turn is {whose}" if whose else "there is nothing but pauses and noises"


def mending(files: str, *, update: bool) -> str:
    """The command by which everything in ``files`` can be coded."""
    return f'precode add {"--update " if update else ""}{files} --kind "field notes"'


def as_words(sources: Sequence[str]) -> str:
    """As words of a command: the files, their folder if they are all that it holds, or FILES."""
    paths = [Path(s) for s in sources]
    if not all(p.is_file() for p in paths):
        return "FILES"  # gone, or part of a project
    if len(paths) <= SHOWN:
        return " ".join(quoted(p) for p in paths)
    folder = paths[0].parent
    inside = {p.resolve() for p in folder.iterdir() if not p.name.startswith((".", "~$"))}
    return quoted(folder) if inside == {p.resolve() for p in paths} else "FILES"


def _passages(count: int) -> str:
    return "1 passage is" if count == 1 else f"{count:,} passages are"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more

"""A team's codes and what they are in the codebook: a table that a person edits and precode applies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from precode.codebook import Codebook, plain
from precode.codings.proposing import Proposal
from precode.domain import CodePolarity, Polarity
from precode.errors import Problem, refuse
from precode.files.atomic import write_text
from precode.files.text import ILLEGAL
from precode.files.typed_toml import line_of, read_typed, toml_string

SKIP = "skip"
_MEND = "edit the file, or make it anew: --map FILE --force"
_HEAD = """\
# What the codes in {files} are in this study's codebook ({book}).
# Edit what is proposed, then run the same command again: it applies this file.
#
#   to = "physical_opportunity"   they become this code of the codebook
#   polarity = "barrier"          or "facilitator", "both", "unclear"; "" where nothing says it
#   to = ""                       kept as a code of its own, under "Inductive codes" in codebook.toml
#   under = "physical_opportunity"   with to = "": a theme of this code, which counts it
#   to = "skip"                   left out
#
# Codes to choose from: {codes}
# {evidence}
"""


class Line(BaseModel):
    """What one of their codes becomes. ``theirs`` is its path, from the top of their tree."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    theirs: Annotated[str, Field(min_length=1)]
    codings: Annotated[int, Field(ge=0)] = 0
    to: str = ""
    polarity: Literal["", "barrier", "facilitator", "both", "unclear"] = ""
    under: str = ""


class CodeMapping(BaseModel):
    """The file: one ``[[code]]`` for each of their codes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lines: Annotated[tuple[Line, ...], Field(alias="code", min_length=1)]


@dataclass(frozen=True, slots=True)
class Kept:
    """A code of theirs that is kept as it is. ``under`` is the code it is a theme of, or empty."""

    path: tuple[str, ...]
    under: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the codes of theirs are, by path. ``given`` are codes of the codebook; ``kept`` are codes
    of their own, each with the polarity to give it; ``skipped`` are to be left out.
    """

    given: dict[str, CodePolarity]
    kept: dict[str, tuple[Kept, Polarity]]
    skipped: frozenset[str]


def path_key(path: Sequence[str]) -> str:
    """How a code is called in the file: "Barriers > Not enough time"."""
    return " > ".join(" ".join(ILLEGAL.sub(" ", name).split()) for name in path)


# -- out -------------------------------------------------------------------------------------------


def write_mapping(
    path: Path,
    proposals: Sequence[Proposal],
    codebook: Codebook,
    *,
    files: Sequence[str],
    evidence: str,
    examples: bool = False,
) -> None:
    """``proposals`` as a commented TOML file, at once or not at all. ``evidence`` says in a sentence
    which model read the excerpts. It holds no word of a transcript, unless ``examples``.
    """
    head = _HEAD.format(
        files=_line(", ".join(files)), book=_line(f"{codebook.name} {codebook.version}"),
        codes=", ".join(codebook.leaf_ids), evidence=_line(evidence),
    )  # fmt: skip
    write_text(path, head + "".join(_block(p, codebook, examples=examples) for p in proposals))


def _block(p: Proposal, codebook: Codebook, *, examples: bool) -> str:
    label = f"  # {_line(codebook[p.to].label)}" if p.to else ""
    lines = [
        "",
        "[[code]]",
        f"theirs = {toml_string(path_key(p.theirs.path))}",
        f"codings = {p.theirs.codings}",
        *(f"# {_line(reason)}" for reason in p.reasons),
        *(f"# “{_line(e)}”" for e in p.theirs.excerpts[:2] if examples),
        f"to = {toml_string(p.to)}{label}",
        f"polarity = {toml_string(p.polarity.value)}",
        *(['under = ""'] if not p.to else []),
    ]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """``text`` on one line, with nothing in it that a comment cannot hold."""
    flat = " ".join(ILLEGAL.sub(" ", text).replace("\x7f", " ").split())
    return flat if len(flat) <= 300 else flat[:299] + "…"


# -- in --------------------------------------------------------------------------------------------


def read_mapping(path: Path, codebook: Codebook) -> Meaning:
    """What the file at ``path`` says. Raises :class:`InputError` with the line of every mistake."""
    mapping = read_typed(path, CodeMapping, mend=_MEND)
    text = path.read_text(encoding="utf-8-sig")
    problems: list[Problem] = []
    given: dict[str, CodePolarity] = {}
    kept: dict[str, tuple[Kept, Polarity]] = {}
    skipped: set[str] = set()
    for i, line in enumerate(mapping.lines):
        key = _key(line.theirs)

        def wrong(field: str, what: str, mend: str, at: int = i) -> None:
            where = f"{path}, line {line_of(text, ('code', at, field))}"
            problems.append(Problem(where, what, mend))

        if key in given or key in kept or key in skipped:
            wrong("theirs", f"{line.theirs!r} stands twice", "keep one of the two")
            continue
        polarity = Polarity(line.polarity) if line.polarity else Polarity.UNCLEAR
        if plain(line.to) == SKIP:
            skipped.add(key)
        elif line.to.strip():
            code = codebook.find(line.to)
            if code is None:
                wrong("to", f"{line.to!r} is no code of the codebook", _hint(line.to, codebook))
            elif line.under.strip():
                wrong("under", 'goes with to = "" only', "empty one of the two")
            elif line.polarity and not codebook[code].polarity:
                wrong("polarity", f"{code!r} has no polarity in the codebook", 'polarity = ""')
            else:
                has = codebook[code].polarity
                given[key] = CodePolarity(code, polarity if has else Polarity.NONE)
                continue
            given[key] = CodePolarity("")
        else:
            under = codebook.find(line.under) if line.under.strip() else ""
            if under is None:
                wrong(
                    "under",
                    f"{line.under!r} is no code of the codebook",
                    _hint(line.under, codebook),
                )
                under = ""
            path_of = tuple(part.strip() for part in line.theirs.split(" > "))
            said = Polarity(line.polarity) if line.polarity else Polarity.NONE
            kept[key] = (Kept(path_of, under), said)
    refuse(f"{path} cannot be applied", problems, mend=_MEND)
    return Meaning(given, kept, frozenset(skipped))


def _key(theirs: str) -> str:
    return path_key(theirs.split(" > "))


def _hint(word: str, codebook: Codebook) -> str:
    near = codebook.nearest(word)
    return f'did you mean "{near}"?' if near else f"codes: {', '.join(codebook.leaf_ids)}"


def missing(meaning: Meaning, keys: Iterable[str]) -> list[str]:
    """Those of ``keys`` of which the file says nothing."""
    known = meaning.given.keys() | meaning.kept.keys() | meaning.skipped
    return [k for k in dict.fromkeys(keys) if k not in known]

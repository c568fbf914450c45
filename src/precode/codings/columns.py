"""Which column of a coded table holds what: found by its header, named by a flag, or saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from precode.codebook import plain
from precode.errors import InputError, Problem
from precode.files.atomic import write_text
from precode.files.typed_toml import read_typed

# Headers that teams use, without case and punctuation. The first is the field's own name: a column
# called exactly so wins over the others.
ALIASES: dict[str, tuple[str, ...]] = {
    "source": (
        "source", "file", "transcript", "document", "source name", "file name", "filename",
        "transcript name", "document name", "source file", "transcript id",
    ),
    "excerpt": (
        "excerpt", "text", "quote", "quotation", "passage", "segment", "content", "coded text",
        "excerpt text", "coded segment", "coded segments", "highlight",
    ),
    "code": ("code", "codes", "theme", "themes", "node", "nodes", "tag", "tags", "category"),
    "polarity": (
        "polarity", "direction", "valence", "barrier or facilitator", "barrier facilitator",
        "facilitator or barrier", "facilitator barrier", "b f",
    ),
    "coder": ("coder", "user", "rater", "coded by", "coder name", "annotator", "created by"),
    "memo": ("memo", "note", "notes", "comment", "comments"),
}  # fmt: skip
REQUIRED = ("source", "excerpt", "code")
_TITLES = {"source": "the transcript's name", "excerpt": "the coded words", "code": "the code"}


def flag(field: str) -> str:
    """The command-line flag that names the column of ``field``."""
    return f"--{field}-column"


class ColumnMapping(BaseModel):
    """Column names of a coded table; "" where the table has no such column."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: Annotated[str, Field(min_length=1)]
    excerpt: Annotated[str, Field(min_length=1)]
    code: Annotated[str, Field(min_length=1)]
    polarity: str = ""
    coder: str = ""
    memo: str = ""

    @classmethod
    def find(
        cls,
        columns: Sequence[str],
        *,
        where: str = "the table",
        source: str = "",
        excerpt: str = "",
        code: str = "",
        polarity: str = "",
        coder: str = "",
        memo: str = "",
    ) -> ColumnMapping:
        """The mapping for a table with ``columns``; a column named by keyword is taken as given.

        Raises :class:`InputError` with every column that is missing, unknown or in doubt.
        """
        given = {
            "source": source, "excerpt": excerpt, "code": code,
            "polarity": polarity, "coder": coder, "memo": memo,
        }  # fmt: skip
        found: dict[str, str] = {}
        problems: list[Problem] = []
        for field, name in given.items():
            hits = _named(columns, name) if name else _aliased(columns, field)
            if len(hits) == 1:
                found[field] = hits[0]
            elif name:
                problems.append(
                    Problem(where, f"has no column {name!r}", f"name one with {flag(field)}")
                )
            elif hits:
                either = " or ".join(map(repr, hits))
                problems.append(
                    Problem(where, f"{field} may be {either}", f"say which: {flag(field)} NAME")
                )
            elif field in REQUIRED:
                problems.append(
                    Problem(
                        where,
                        f"has no column for {_TITLES[field]}",
                        f"name it: {flag(field)} NAME",
                    )
                )
        _refuse(problems, columns, where)
        return cls(**found)

    def check(self, columns: Sequence[str], *, where: str = "the table") -> None:
        """Raises :class:`InputError` if a mapped column is not among ``columns``."""
        _refuse(
            [
                Problem(where, f"has no column {name!r}", f"name one with {flag(field)}")
                for field, name in self.model_dump().items()
                if name and name not in columns
            ],
            columns,
            where,
        )

    def save(self, path: Path) -> None:
        """Write the mapping to ``path`` (TOML), for the team's next table of the same shape."""
        lines = ["# Columns of a coded table, for: precode codes TABLE --mapping THIS_FILE"]
        lines += [f"{field} = {_quoted(name)}" for field, name in self.model_dump().items()]
        write_text(path, "\n".join(lines) + "\n")

    @classmethod
    def load(cls, path: Path) -> ColumnMapping:
        """A saved mapping. Raises :class:`InputError` with field, line and mend."""
        return read_typed(path, cls, mend="edit the file, or name the columns by flags")


def _named(columns: Sequence[str], name: str) -> list[str]:
    if name in columns:
        return [name]
    return [c for c in columns if plain(c) == plain(name)]


def _aliased(columns: Sequence[str], field: str) -> list[str]:
    own, *others = ALIASES[field]
    return [c for c in columns if plain(c) == own] or [c for c in columns if plain(c) in others]


def _refuse(problems: Sequence[Problem], columns: Sequence[str], where: str) -> None:
    if problems:
        raise InputError(
            f"{where} cannot be read as coded excerpts; its columns are: {', '.join(columns)}",
            problems=problems,
            mend=f"name the columns, e.g. {flag('excerpt')} NAME",
        )


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

"""Mistakes in the writing of a TOML file, in a researcher's words."""

from __future__ import annotations

import re

from precode.errors import Problem

# How tomllib's message begins; what that means; the edit that mends it.
_KINDS = (
    ("Cannot overwrite", "the same field stands twice", "keep one of the two"),
    ("Cannot declare", "the same section stands twice", "put its fields under one heading"),
    ("Duplicate inline", "the same field stands twice", "keep one of the two"),
    (
        "Illegal character '\\n'",
        "the text on this line is not closed by a quote",
        'end it with ", or use """ before and after text of several lines',
    ),
    (
        "Unescaped '\\'",
        "a backslash cannot stand alone between double quotes",
        "write it twice (\\\\), or put the text in single quotes",
    ),
    (
        "Invalid value",
        "the value cannot be read",
        'put text in straight double quotes: "…"; write true and false small',
    ),
    ("Expected '='", "there is no = after the field's name", 'write the field as: name = "…"'),
    ("Unterminated", "text is opened and never closed", 'close it with """'),
    ("Unclosed array", "a list is opened and never closed", "close it with ]"),
    ("Unclosed inline", "a { is opened and never closed", "close it with } on the same line"),
    (
        "Expected newline",
        "there is more on the line than one field",
        "put each field on its own line, and a \\ before each quote inside text",
    ),
    ("Expected ']", "the heading is not closed", "close it: [name], or [[name]] for one of many"),
)


_LONGEST_SHOWN = 60


def syntax_problem(error: Exception, text: str, *, name: str) -> Problem:
    """What stopped tomllib in ``text``, which ``name`` calls in the message.

    ``error`` is what tomllib raised; its message tells kind and line. Where it gives up is
    sometimes below the mistake (an unclosed list), so the line's text is shown too.
    """
    message = str(error) if isinstance(error, ValueError) else "lists lie too deep in one another"
    rows = text.split("\n")
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if place is None:  # an endless number, or lists in lists in lists: no line is told
        return Problem(name, message, "look for a line that does not belong in the file")
    number = int(place.group(1) or len(text.rstrip().split("\n")))
    bare = message[: place.start()]
    row = rows[number - 1].strip()
    what, mend = next(
        ((what, mend) for start, what, mend in _KINDS if bare.startswith(start)),
        (bare, "compare the line with those around it"),
    )
    if bare == "Invalid value" and not place.group(1):
        what = "the file ends before this is complete"
        mend = "give the field a value, and close each list with ] and each text with a quote"
    if re.search("[“”„‟]", row) and "Cannot" not in bare:
        what, mend = "text stands between curly quotes", 'use straight quotes: "…"'
    field = re.match(r"([\w-]+)\s*=", row)
    where = f"{name}, line {number}" + (f", field {field.group(1)}" if field else "")
    shown = row if len(row) <= _LONGEST_SHOWN else row[: _LONGEST_SHOWN - 1] + "…"
    return Problem(where, f"{what} (the line reads: {shown})", mend)

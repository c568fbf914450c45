"""Summaries typed by the team for the framework matrix, and the keys of the rows they belong to.

A key is JSON text that names a row for good: it survives another order, other attributes shown,
and a journey through a spreadsheet.
"""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands in the cell of a ``row`` (a key) and ``code``: typed in ``file``, read ``at``."""

    row: str
    code: str
    text: str
    at: str = ""
    file: str = ""


def person_key(transcript_id: str, label: str) -> str:
    """The row of one participant: labels repeat across focus groups."""
    return _key("participant", transcript_id, label)


def source_key(transcript_id: str) -> str:
    """The row of one transcript."""
    return _key("source", transcript_id)


def group_key(attribute: str, value: str) -> str:
    """The row of all people with this value, "" for those without one."""
    return _key("group", attribute, value)


def nobody_key(attribute: str) -> str:
    """The row of what no participant speaks (field notes), beside groups of people."""
    return _key("nobody", attribute)


def parse_key(text: str) -> tuple[str, ...] | None:
    """The parts of a key, the kind of row first; None if ``text`` is none."""
    try:
        parts = json.loads(text)
    except ValueError:
        return None
    sizes = {"participant": 3, "source": 2, "group": 3, "nobody": 2}
    if not isinstance(parts, list) or not all(isinstance(p, str) for p in parts) or not parts:
        return None
    return tuple(parts) if sizes.get(parts[0]) == len(parts) else None


def _key(*parts: str) -> str:
    return json.dumps(parts, ensure_ascii=False)

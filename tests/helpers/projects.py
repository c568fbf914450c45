"""REFI-QDA files made by hand, as other programs write them, and as they must not be."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

ANNA, BEN = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
TALK, TEXT = "33333333-3333-3333-3333-333333333333", "INT: How was it?\nP1: The bus was late.\n"
USERS = f'<Users><User guid="{ANNA}" name="Anna"/><User guid="{BEN}" name="Ben"/></Users>'
BARRIER = "44444444-4444-4444-4444-444444444444"
BUS = "55555555-5555-5555-5555-555555555555"
CODES = (
    f'<CodeBook><Codes><Code guid="{BARRIER}" name="Barriers" isCodable="false">'
    f'<Code guid="{BUS}" name="Physical opportunity" isCodable="true" color="#aa0000">'
    "<Description>Time, money, buses.</Description></Code></Code></Codes></CodeBook>"
)


def number(n: int) -> str:
    """The n-th GUID of a made project."""
    return f"99999999-0000-0000-0000-{n:012}"


def selection(start: int, end: int, *, code: str = BUS, user: str = ANNA, n: int = 1,
              inside: str = "", name: str = "") -> str:  # fmt: skip
    """A coded selection. ``inside`` goes before the coding (a Description)."""
    return (
        f'<PlainTextSelection guid="{number(n)}" name="{name}" startPosition="{start}" '
        f'endPosition="{end}">{inside}<Coding guid="{number(n + 5000)}" creatingUser="{user}" '
        f'creationDateTime="2024-05-06T07:08:09Z"><CodeRef targetGUID="{code}"/></Coding>'
        "</PlainTextSelection>"
    )


def source(inside: str = "", *, path: str = f"internal://{TALK}.txt", name: str = "Talk") -> str:
    """The source whose text is in ``sources/``, with ``inside`` (selections, notes)."""
    return f'<TextSource guid="{TALK}" name="{name}" plainTextPath="{path}">{inside}</TextSource>'


def project(sources: str = "", *, before: str = USERS + CODES, cases: str = "", after: str = "",
            tool: str = "ATLAS.ti 23", space: str = "urn:QDA-XML:project:1.0") -> str:  # fmt: skip
    """A whole project.qde."""
    among = f"<Sources>{sources}</Sources>" if sources else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project name="Made" origin="{tool}" '
        f'xmlns="{space}">{before}{cases}{among}{after}</Project>'
    )


def packed(path: Path, xml: str | bytes, files: Mapping[str, bytes] | None = None) -> Path:
    """``path`` as .qdpx of ``xml`` and ``files`` (default: the text of :func:`source`)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", xml)
        for name, data in (files or {f"sources/{TALK}.txt": TEXT.encode()}).items():
            archive.writestr(name, data)
    return path

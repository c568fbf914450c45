"""Sound files of other programs' codings for the hostile-files benchmark, and their readers."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_LINES = [
    "The bus is late — ünd full.",
    "My sister drives me 😀 home.",
    "There is no time & money.",
] * 20


def read_codings(path: Path) -> None:
    """Recognise and read, and check that what it says lies in its texts."""
    from precode.exchange.recognise import TABLE, Options, read_project, recognise

    form = recognise(path, max_megabytes=10)
    if form == TABLE:
        return
    made = read_project(path, form, Options(10))
    texts = {s.id: s.text for s in made.sources}
    for s in made.selections:
        assert 0 <= s.start < s.end <= len(texts[s.source])
    assert all(made.path(c.id) for c in made.codes)
    codes = {c.id for c in made.codes}
    assert all(
        x in codes for x in [q.code for q in made.quotes] + [s.code for s in made.selections]
    )


def _database(tables: Mapping[str, tuple[str, Sequence[Sequence[object]]]]) -> bytes:
    """The bytes of a database: table → (columns, rows)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed.db"
        db = sqlite3.connect(path)
        for name, (columns, rows) in tables.items():
            db.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" * (columns.count(",") + 1))
            db.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        db.commit()
        db.close()
        return path.read_bytes()


def taguette() -> bytes:
    """A Taguette project of one document, every line of it highlighted."""
    highlights, at = [], 0
    for i, line in enumerate(_LINES):
        end = at + len(line.encode())
        highlights.append((i, 1, at, end, line.replace("&", "&amp;")))
        at = end + 1
    html = "".join(f"<p>{line.replace('&', '&amp;')}</p>\n" for line in _LINES)
    said = [json.dumps({"type": "highlight_add", "highlight_id": h[0]}) for h in highlights]
    return _database({
        "projects": ("id, name, description", [(1, "Buses", "")]),
        "documents": ("id, name, contents", [(1, "talk.odt", html)]),
        "tags": ("id, path, description", [(1, "Late", "what is late"), (2, "Other", "")]),
        "highlights": ("id, document_id, start_offset, end_offset, snippet", highlights),
        "highlight_tags": ("highlight_id, tag_id", [(h[0], 1 + h[0] % 2) for h in highlights]),
        "commands": ("id, user_login, date, payload", [(i, "zoe", "2024-01-01", s) for i, s in enumerate(said)]),
    })  # fmt: skip


def qualcoder() -> bytes:
    """The database of a QualCoder project, every line coded."""
    text, rows = "\r\n".join(_LINES), []
    for i, line in enumerate(_LINES):
        start = sum(len(x) + 2 for x in _LINES[:i])
        rows.append((i, 1, 1, line, start, start + len(line), "ann", "2024-01-01", ""))
    return _database({
        "source": ("id, name, fulltext, mediapath, memo", [(1, "talk", text, None, "")]),
        "code_cat": ("catid, name, memo, supercatid", [(1, "Barriers", "", None), (2, "Travel", "", 1)]),
        "code_name": ("cid, name, memo, catid, color", [(1, "Late", "", 2, "#FF0000")]),
        "code_text": ("ctid, cid, fid, seltext, pos0, pos1, owner, date, memo", rows),
        "cases": ("caseid, name, memo", [(1, "Pat", "")]),
        "case_text": ("id, caseid, fid, pos0, pos1", [(1, 1, 1, 0, 50)]),
        "attribute": ("attrid, name, attr_type, value, id", [(1, "age", "case", "40", 1)]),
    })  # fmt: skip


def commented() -> bytes:
    """A Word document with a comment on every line."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body, comments = [], []
    for i, line in enumerate(_LINES):
        words = line.replace("&", "&amp;")
        body.append(
            f'<w:p><w:commentRangeStart w:id="{i}"/><w:r><w:t>{words}</w:t></w:r>'
            f'<w:commentRangeEnd w:id="{i}"/></w:p>'
        )
        comments.append(
            f'<w:comment w:id="{i}" w:author="Ann"><w:p><w:r><w:t>late; money</w:t></w:r></w:p></w:comment>'
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed.docx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("[Content_Types].xml", "<Types/>")
            z.writestr(
                "word/document.xml",
                f"<w:document {space}><w:body>{''.join(body)}</w:body></w:document>",
            )
            z.writestr("word/comments.xml", f"<w:comments {space}>{''.join(comments)}</w:comments>")
        return path.read_bytes()


def summary() -> bytes:
    """An NVivo coding summary as text."""
    lines = ["Coding Summary By Code", "Nodes\\\\Barriers\\Late", "Files\\\\talk"]
    for i, line in enumerate(_LINES, 1):
        lines += [f"\t\t{i}\tAB\t12/03/2024 10:00", line]
    return "\n".join(lines).encode()

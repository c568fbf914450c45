"""Office files (.docx, .odt, .xlsx) are zip archives of XML: what must hold before one is opened."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path

from precode.errors import InputError
from precode.files.text import MEGABYTE, read_bytes

# Deflate reaches 1032:1 on zeros. Real sheets and documents stay below 60:1 in total.
_MAX_RATIO = 200
_MAX_MEMBERS = 20_000
_SMALL = 2 * MEGABYTE
_CHUNK = 1 << 20
# In a megabyte of XML, over fifty for each tag: a tag with a million of them keeps parsers busy.
_MOST_ATTRIBUTES = 10_000
# Office never writes a DTD; entity bombs and external entities need one.
_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENCODINGS = {b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"}
_RESAVE = "open it in Word, Excel or LibreOffice and save it again"
_KINDS = {
    ".docx": ("word/document.xml", "Word document"),
    ".odt": ("content.xml", "OpenDocument text"),
    ".xlsx": ("xl/workbook.xml", "workbook"),
}
_OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:")


def check_zip(path: Path, *, max_megabytes: float, max_xml_megabytes: float | None = None) -> None:
    """Refuse ``path`` unless it is a whole, unencrypted Office file of bounded size.

    At most ``max_megabytes`` on disk, ``max_xml_megabytes`` (by default the same) of XML once
    unpacked and ten times ``max_megabytes`` with pictures; at most 200:1 compressed, no names that
    leave the archive, no links, no DTDs, every XML part readable. By suffix, it must hold the part
    that makes it a .docx, .odt or .xlsx. Raises :class:`InputError`.
    """
    xml_megabytes = max_megabytes if max_xml_megabytes is None else max_xml_megabytes
    data = read_bytes(path, max_megabytes=max_megabytes)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{path} has a password, or is in the format of Office 97",
            mend=f"open it and save it as {path.suffix} without a password",
        )
    if not data.startswith(b"PK"):
        raise InputError(f"{path} is not a {path.suffix} file, despite its name", mend=_RESAVE)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(path, archive, max_megabytes, xml_megabytes)
            for member in archive.infolist():
                if _is_xml(member.filename):
                    _check_xml(path, archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InputError(f"{path} is damaged: {error}", mend=_RESAVE) from error
    except (RuntimeError, ValueError) as error:  # zipfile's own words for "encrypted" and worse
        raise InputError(f"{path} cannot be opened: {error}", mend=_RESAVE) from error


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _check_members(
    path: Path, archive: zipfile.ZipFile, max_megabytes: float, xml_megabytes: float
) -> None:
    members = archive.infolist()
    part, what = _KINDS.get(path.suffix.lower(), ("", ""))
    names = {m.filename for m in members}
    if part and part not in names:
        raise InputError(f"{path} is a zip archive but not a {what}", mend=_RESAVE)
    if len(members) > _MAX_MEMBERS or len(names) < len(members):
        raise InputError(f"{path} has too many or repeated parts", mend=_RESAVE)
    if any(m.flag_bits & 1 for m in members):
        raise InputError(f"{path} is encrypted", mend="save it without a password")
    if any(_OUTSIDE.match(n) or ".." in re.split(r"[/\\]", n) for n in names) or any(
        stat.S_ISLNK(m.external_attr >> 16) for m in members
    ):
        raise InputError(f"{path} has parts that point outside the file", mend=_RESAVE)
    total = sum(m.file_size for m in members)
    xml = sum(m.file_size for m in members if _is_xml(m.filename))
    packed = max(1, sum(m.compress_size for m in members))
    limit = max_megabytes * MEGABYTE
    if (
        xml > xml_megabytes * MEGABYTE
        or total > 10 * limit
        or (total > _SMALL and total > _MAX_RATIO * packed)
    ):
        raise InputError(
            f"{path} unpacks to {total / MEGABYTE:,.0f} MB, more than a file of its kind should",
            mend="save only the part that is needed, without pictures, or as plain text or CSV",
        )


def _check_xml(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Reads the part to its end (which also proves its checksum) looking for a DTD."""
    tail = b""
    with archive.open(member) as part:
        first = True
        while chunk := part.read(_CHUNK):
            # UTF-16 hides the letters behind zeros.
            seen = tail + chunk.replace(b"\0", b"")
            declared = _ENCODING.search(seen[:400]) if first else None
            if (
                _DTD.search(seen)
                or (declared and declared[1].lower() not in _ENCODINGS)
                or chunk.count(b"=") > _MOST_ATTRIBUTES + 50 * chunk.count(b"<")
            ):
                raise InputError(
                    f"{path} holds XML that Office does not write ({member.filename})", mend=_RESAVE
                )
            tail, first = seen[-40:], False

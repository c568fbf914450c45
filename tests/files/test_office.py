"""Hostile and damaged Office files are refused in bounded time."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest

from precode.errors import InputError
from precode.files.office import check_zip
from precode.files.tables import read_table, write_xlsx

LOL = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]><w:document>&j;</w:document>"
)


def zipped(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"word/document.xml": b" " * 50_000_000}, "unpacks to"),
        ({"word/document.xml": b"<a/>", "word/media/x.png": b"\0" * 80_000_000}, "unpacks to"),
        ({"word/document.xml": LOL.encode()}, "does not write"),
        ({"word/document.xml": LOL.encode("utf-16")}, "does not write"),
        ({"word/document.xml": b'<?xml version="1.0" encoding="UTF-7"?><a/>'}, "does not write"),
        ({"word/document.xml": b"<a/>", "../../evil": b"x"}, "outside"),
        ({"other.xml": b"<a/>"}, "not a Word document"),
    ],
    ids=["bomb", "picture bomb", "entities", "entities in UTF-16", "UTF-7", "path", "other zip"],
)
def test_hostile_archives_are_refused_quickly(
    tmp_path: Path, parts: Mapping[str, bytes], word: str
) -> None:
    path = zipped(tmp_path / "a.docx", parts)
    start = time.perf_counter()
    with pytest.raises(InputError, match=word) as caught:
        check_zip(path, max_megabytes=20)
    assert time.perf_counter() - start < 2
    assert caught.value.mend


def test_links_and_absolute_names_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="outside"):
        check_zip(tmp_path / "a.docx", max_megabytes=10)
    for name in ("/etc/x", "C:\\x", "a\\..\\..\\x"):
        zipped(tmp_path / "b.docx", {"word/document.xml": b"<a/>", name: b"x"})
        with pytest.raises(InputError, match="outside"):
            check_zip(tmp_path / "b.docx", max_megabytes=10)


def test_text_and_markup_have_a_limit_of_their_own(tmp_path: Path) -> None:
    words = b"".join(b"%d " % i for i in range(400_000))
    path = zipped(tmp_path / "a.docx", {"word/document.xml": b"<a>" + words + b"</a>"})
    check_zip(path, max_megabytes=10)
    with pytest.raises(InputError, match="unpacks to"):
        check_zip(path, max_megabytes=10, max_xml_megabytes=1)


def test_a_tag_with_a_million_attributes_is_refused(tmp_path: Path) -> None:
    tag = b"<a " + b" ".join(b'b%d=""' % i for i in range(200_000)) + b"/>"
    with pytest.raises(InputError, match="does not write"):
        check_zip(zipped(tmp_path / "a.docx", {"word/document.xml": tag}), max_megabytes=10)


def test_every_truncation_of_a_document_is_refused(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("I: Hello?")
    document.save(str(tmp_path / "whole.docx"))
    data = (tmp_path / "whole.docx").read_bytes()
    check_zip(tmp_path / "whole.docx", max_megabytes=10)
    for length in range(4, len(data) - 30, len(data) // 25):
        (tmp_path / "cut.docx").write_bytes(data[:length])
        with pytest.raises(InputError):
            check_zip(tmp_path / "cut.docx", max_megabytes=10)


def test_a_flipped_byte_in_the_text_is_noticed(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.docx", {"word/document.xml": b"<a>" + b"plain text " * 99 + b"</a>"}
    )
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        check_zip(path, max_megabytes=10)


def test_an_encrypted_part_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.docx", {"word/document.xml": b"<a/>"})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[central + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="encrypted"):
        check_zip(path, max_megabytes=10)


def test_a_sheet_that_claims_millions_of_cells_is_refused(tmp_path: Path) -> None:
    """Each row has one cell, in the last column Excel knows: 16,384 cells for 40 bytes."""
    write_xlsx(tmp_path / "good.xlsx", {"S": (["a"], [["b"]])})
    with zipfile.ZipFile(tmp_path / "good.xlsx") as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    rows = "".join(f'<row r="{i}"><c r="XFD{i}"><v>{i}</v></c></row>' for i in range(1, 20_001))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    zipped(tmp_path / "wide.xlsx", parts)
    start = time.perf_counter()
    with pytest.raises(InputError, match="more than"):
        read_table(tmp_path / "wide.xlsx")
    assert time.perf_counter() - start < 10


def test_a_broken_sheet_is_refused_as_damaged(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "good.xlsx", {"S": (["a"], [["b"]])})
    with zipfile.ZipFile(tmp_path / "good.xlsx") as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"):
        zipped(tmp_path / "bad.xlsx", parts | {part: b"<broken"})
        with pytest.raises(InputError, match="damaged"):
            read_table(tmp_path / "bad.xlsx")

"""A conversation as a file of each transcript format, made with no more than a zip and a template."""

from __future__ import annotations

import csv
import html
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

Turns = Sequence[tuple[str, str]]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of ``parts``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def txt(turns: Turns) -> bytes:
    return "".join(f"{who}: {said}\n\n" for who, said in turns).encode()


def vtt(turns: Turns) -> bytes:
    cues = [
        f"{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}.000 --> {i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}.900\n"
        f"<v {who}>{html.escape(said)}</v>\n\n"
        for i, (who, said) in enumerate(turns)
    ]
    return ("WEBVTT\n\n" + "".join(cues)).encode()


def table(turns: Turns) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([("speaker", "text"), *turns])
    return out.getvalue().encode()


def web(turns: Turns) -> bytes:
    rows = "".join(
        f"<div><b>{who}:</b> <span>{html.escape(said)}</span></div>\n" for who, said in turns
    )
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><style>p{}</style></head>"
        f"<body><nav>Menu</nav><table><tr><td>a</td></tr></table>{rows}</body></html>"
    ).encode()


def rtf(turns: Turns) -> bytes:
    def plain(text: str) -> str:
        return "".join(
            c if ord(c) < 128 and c not in "\\{}" else f"\\u{ord(c)}?" if ord(c) > 127 else f"\\{c}"
            for c in text
        )

    rows = "".join(f"\\pard\\plain {{\\b {who}:}}\\tab {plain(said)}\\par\n" for who, said in turns)
    head = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Times;}}{\\header Head}"
    return f"{head}{rows}}}".encode()


def docx(turns: Turns) -> bytes:
    rows = "".join(
        f'<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{who}: </w:t></w:r>'
        f'<w:r><w:t xml:space="preserve">{html.escape(said)}</w:t></w:r></w:p>'
        for who, said in turns
    )
    cells = "<w:tc><w:p><w:r><w:t>P1</w:t></w:r></w:p></w:tc>" * 2
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{rows}<w:tbl><w:tr>{cells}'
            "</w:tr></w:tbl></w:body></w:document>",
            "word/styles.xml": f'<w:styles xmlns:w="{_W}"><w:style w:styleId="H"><w:name '
            'w:val="heading 1"/></w:style></w:styles>',
            "word/header1.xml": f'<w:hdr xmlns:w="{_W}"><w:p><w:r><w:t>Head</w:t></w:r></w:p></w:hdr>',
        }
    )


def odt(turns: Turns) -> bytes:
    names = " ".join(f'xmlns:{n}="{_ODF}:{n}:1.0"' for n in ("office", "text", "table", "style"))
    rows = "".join(
        f'<text:p><text:span text:style-name="B">{who}:</text:span> {html.escape(said)}</text:p>'
        for who, said in turns
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {names}><office:automatic-styles/><office:body>"
            f"<office:text>{rows}</office:text></office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {names}/>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def xlsx(turns: Turns) -> bytes:
    rows = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{html.escape(c)}</t></is></c>' for c in row)
        + "</row>"
        for row in [("speaker", "text"), *turns]
    )
    relation = f'<Relationship Id="rId1" Type="{_OFFICE}/'
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main}sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{main}worksheet+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relation}officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relation}'
            'worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData>'
            "</worksheet>",
        }
    )


def pdf(turns: Turns) -> bytes:
    """Lines of up to 85 characters, 50 on a page, in Helvetica."""
    lines: list[str] = []
    for who, said in turns:
        line = f"{who}:"
        for word in said.split():
            if len(line) + len(word) > 85:
                lines.append(line)
                line = word
            else:
                line += f" {word}"
        lines += [line, ""]
    pages = [lines[i : i + 50] for i in range(0, len(lines), 50)]
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/Encoding/WinAnsiEncoding/BaseFont/Helvetica>>",
    ]
    for number, page in enumerate(pages):
        drawn = "".join(
            "".join(f"\\{c}" if c in "()\\" else c for c in line).join(("(", ") Tj T*\n"))
            for line in page
        )
        stream = f"BT /F1 11 Tf 14 TL 72 740 Td\n{drawn}ET"
        objects += [
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {5 + 2 * number} 0 R>>",
            f"<</Length {len(stream.encode('cp1252'))}>>stream\n{stream}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{content}endobj\n".encode("cp1252")
    entries = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{entries}"
    tail = f"trailer<</Size {len(places) + 1}/Root 1 0 R>>startxref\n{len(out)}\n%%EOF"
    return out + head.encode() + tail.encode()


# By suffix.
MAKERS: Mapping[str, Callable[[Turns], bytes]] = {
    "txt": txt, "vtt": vtt, "csv": table, "html": web, "rtf": rtf, "docx": docx, "odt": odt,
    "xlsx": xlsx, "pdf": pdf,
}  # fmt: skip

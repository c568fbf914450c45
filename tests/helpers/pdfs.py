"""PDFs made by hand: every line where the test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Put:
    """A piece of text at (x, y) points from the lower left corner."""

    x: float
    y: float
    text: str
    bold: bool = False
    size: float = 11


def column(lines: Sequence[str], *, x: float = 72, top: float = 740, step: float = 14) -> list[Put]:
    """``lines`` below one another."""
    return [Put(x, top - step * i, line) for i, line in enumerate(lines) if line]


def write_pdf(path: Path, pages: Sequence[Sequence[Put]], *, picture: bool = False) -> Path:
    """Letter pages with Helvetica; ``picture`` covers each page with a grey image."""
    path.write_bytes(pdf_bytes(pages, picture=picture))
    return path


def pdf_bytes(pages: Sequence[Sequence[Put]], *, picture: bool = False) -> bytes:
    """The bytes of such a file."""
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(len(pages)))
    font = "<</Type/Font/Subtype/Type1/Encoding/WinAnsiEncoding/BaseFont/Helvetica{}>>"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        font.format(""),
        font.format("-Bold"),
    ]
    for number, page in enumerate(pages):
        stream = "q 612 0 0 792 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q\n" * picture
        for put in page:
            shown = "".join(f"\\{c}" if c in "()\\" else c for c in put.text)
            face = "F2" if put.bold else "F1"
            stream += f"BT /{face} {put.size:g} Tf {put.x:g} {put.y:g} Td ({shown}) Tj ET\n"
        fonts = "/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]{fonts}/Contents {6 + 2 * number} 0 R>>",
            f"<</Length {len(stream.encode('cp1252'))}>>stream\n{stream}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{content}endobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer<</Size {len(places) + 1}/Root 1 0 R>>startxref\n{start}\n%%EOF".encode()

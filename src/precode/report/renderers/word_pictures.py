"""Charts in the Word document: as wide as the page, with words for those who do not see them."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import quoteattr

from precode.report.charts.drawing import render_png
from precode.report.document import Drawing
from precode.report.renderers.word_look import TALL, WIDE
from precode.report.renderers.word_xml import paragraph
from precode.report.writing import clean

_EMU = 635  # Word's units of pictures in a twentieth of a point
_CAPTION = 1_800  # what a heading and a caption take of a page's height, in twentieths of a point
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{path}"'
    for prefix, path in (
        ("wp", "drawingml/2006/wordprocessingDrawing"),
        ("a", "drawingml/2006/main"),
        ("pic", "drawingml/2006/picture"),
        ("r", "officeDocument/2006/relationships"),
    )
)
_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"


def picture(book: Any, block: Drawing, width: int) -> str:
    """The chart's paragraph; its picture becomes a part of ``book``. ``width`` of the text, in
    twentieths of a point; on paper that is turned round, height and width change places.
    """
    key, image = book.part.get_or_add_image(io.BytesIO(render_png(block.plot)))
    wide, high = int(image.px_width), int(image.px_height)
    scale = min(width / wide, (WIDE + TALL - width - _CAPTION) / high)
    extent = f'cx="{round(wide * scale) * _EMU}" cy="{round(high * scale) * _EMU}"'
    told = quoteattr(" ".join(clean(block.plot.description).split()))
    name = quoteattr(f"Figure {block.number}")
    number = 1_000 + block.number  # unlike any other in the document
    drawing = (
        f'<w:r><w:drawing><wp:inline {_NAMESPACES} distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent {extent}/><wp:docPr id="{number}" name={name} descr={told}/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        f'<a:graphic><a:graphicData uri="{_PICTURE}"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name={name} descr={told}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{key}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    return paragraph(drawing, "Picture")

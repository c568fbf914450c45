"""Charts in the workbook: pictures with words for those who do not see them."""

from __future__ import annotations

import io
import math
from typing import Any

from precode.report.charts.drawing import render_png
from precode.report.charts.look import WIDE
from precode.report.document import Drawing
from precode.report.writing import clean

_PIXELS = 96  # an inch on a sheet, as spreadsheets count
_EMU = 9_525  # a pixel
_ROW = 20  # pixels that a row is high where nothing says otherwise


def add_picture(sheet: Any, block: Drawing, row: int) -> int:
    """The chart into ``sheet``, its corner in the first cell of ``row``; how many rows it covers."""
    from openpyxl.drawing.fill import Blip
    from openpyxl.drawing.geometry import PresetGeometry2D
    from openpyxl.drawing.image import Image
    from openpyxl.drawing.picture import PictureFrame
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
    from openpyxl.drawing.xdr import XDRPositiveSize2D

    image = Image(io.BytesIO(render_png(block.plot)))
    scale = WIDE * _PIXELS / image.width
    wide, high = round(image.width * scale), round(image.height * scale)
    frame: Any = PictureFrame()
    about = frame.nvPicPr.cNvPr
    about.id, about.name = block.number, f"Figure {block.number}"
    about.descr = " ".join(clean(block.plot.description).split())
    frame.blipFill.blip = Blip(cstate="print")
    frame.spPr.prstGeom = PresetGeometry2D(prst="rect")
    corner = AnchorMarker(row=row - 1)
    image.anchor = OneCellAnchor(
        _from=corner, ext=XDRPositiveSize2D(wide * _EMU, high * _EMU), pic=frame
    )
    sheet.add_image(image)
    return math.ceil(high / _ROW)

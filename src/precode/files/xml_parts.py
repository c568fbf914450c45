"""XML parts of a zipped document as trees, for readers who want no more than the words in them.

Read from the zip rather than through a library of the format: those unpack pictures and embedded
files too, and none of them guards against entities or against markup made to fill the memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from precode.errors import InputError
from precode.files.office import check_zip

# An element or attribute takes some 130 bytes of memory, whatever little it takes in the file. A
# transcript of a day has under 300,000 of them.
_MAX_MARKS = 1_500_000
_RESAVE = "open it in Word or LibreOffice and save it again"


def read_parts(
    path: Path, names: str, *, max_megabytes: float, max_xml_megabytes: float
) -> dict[str, Element]:
    """The roots of the XML parts of ``path`` whose names match ``names`` as a whole, by name.

    Raises :class:`InputError` as :func:`.office.check_zip`, and for parts that are no XML.
    """
    check_zip(path, max_megabytes=max_megabytes, max_xml_megabytes=max_xml_megabytes)
    try:
        with zipfile.ZipFile(path) as archive:
            found = [n for n in archive.namelist() if re.fullmatch(names, n)]
            return {name: _root(path, name, archive.read(name)) for name in found}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise InputError(f"{path} is damaged: {error}", mend=_RESAVE) from error


def _root(path: Path, name: str, data: bytes) -> Element:
    if data.count(b"<") + data.count(b"=") > _MAX_MARKS:
        raise InputError(f"{path} holds more markup than a transcript does ({name})", mend=_RESAVE)
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InputError(f"{path} is damaged: {name}: {error}", mend=_RESAVE) from error
    return root


def local(node: Element) -> str:
    """The name of ``node`` without its namespace: Office has two for the same thing."""
    return node.tag.rpartition("}")[2]


def attribute(node: Element, name: str, default: str = "") -> str:
    """An attribute of ``node`` by its name without the namespace."""
    for key, value in node.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return default


def child(node: Element | None, name: str) -> Element | None:
    """The first child of ``node`` called ``name``."""
    return None if node is None else next((c for c in node if local(c) == name), None)


def below(node: Element, *names: str) -> Iterator[Element]:
    """All below ``node`` called one of ``names``, in the order of the document."""
    return (n for n in node.iter() if local(n) in names)

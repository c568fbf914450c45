"""A .qdpx (a zip of XML and sources) or .qdc (XML alone) opened: hostile until proven otherwise."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote

from precode.errors import InputError
from precode.files.text import MEGABYTE, read_bytes

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SUFFIXES = (".qdpx", ".qdc")
_EXPORT = "export the project again from the program that made it (REFI-QDA)"
# Deflate reaches 1032:1 on zeros; real projects, most of them text and XML, stay below 40:1.
_MAX_RATIO = 200
_SMALL = 2 * MEGABYTE
_MAX_MEMBERS = 20_000
_DEEPEST = 200  # levels of XML; the schema needs nine, and codes nest
# A tag or attribute takes some 130 bytes of memory, whatever little it takes in the file; a coding
# has fifteen.
_MOST_MARKS = 3_000_000
_LONG_TAG = re.compile(rb"<[^<>]{1000000}")


class Package:
    """An open project. Use as a context manager."""

    def __init__(self, path: Path, *, max_megabytes: float) -> None:
        """Raises :class:`InputError` unless ``path`` is a whole project of bounded size: at most
        ``max_megabytes`` of XML, and of any one source; ten times that on disk, with films.
        """
        self.path = path
        self._limit = int(max_megabytes * MEGABYTE)
        self._zip: zipfile.ZipFile | None = None
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._folded: dict[str, list[str]] = {}
        self._bases: dict[str, list[str]] = {}
        if path.suffix.lower() == ".qdc":
            self._xml = read_bytes(path, max_megabytes=max_megabytes)
            return
        _ordinary(path, 10 * max_megabytes)
        try:
            self._zip = zipfile.ZipFile(path)
            self._members = {m.filename: m for m in self._zip.infolist()}
            self._check()
            for name in self._members:
                self._folded.setdefault(name.casefold(), []).append(name)
                self._bases.setdefault(_base(name), []).append(name)
            self._xml = self._project()
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
            self.close()
            raise InputError(f"{path} is damaged: {error}", mend=_EXPORT) from error
        except (RuntimeError, ValueError) as error:  # zipfile's own words for what is encrypted
            self.close()
            raise InputError(f"{path} cannot be opened: {error}", mend=_EXPORT) from error
        except InputError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()

    def _check(self) -> None:
        assert self._zip is not None
        members = self._zip.infolist()
        names = set(self._members)
        if len(members) > _MAX_MEMBERS or len(names) < len(members):
            raise InputError(f"{self.path} has too many or repeated parts", mend=_EXPORT)
        if any(m.flag_bits & 1 for m in members):
            raise InputError(f"{self.path} is encrypted", mend="export it without a password")
        if any(_leaves(n) for n in names):
            raise InputError(f"{self.path} has parts that point outside the file", mend=_EXPORT)
        if any(stat.S_ISLNK(m.external_attr >> 16) for m in members):
            raise InputError(f"{self.path} has parts that are links", mend=_EXPORT)
        total = sum(m.file_size for m in members)
        packed = max(1, sum(m.compress_size for m in members))
        if total > 20 * self._limit or (total > _SMALL and total > _MAX_RATIO * packed):
            raise InputError(
                f"{self.path} unpacks to {total / MEGABYTE:,.0f} MB, more than a project should",
                mend="export it without films and pictures",
            )

    def _project(self) -> bytes:
        """The XML: project.qde, wherever and however its name is written."""
        found = [n for n in self._members if n.lower().endswith(".qde")]
        exact = [n for n in found if n.lower() == "project.qde"] or found
        if len(exact) != 1:
            what = "no project.qde" if not exact else f"{len(exact)} files that end in .qde"
            raise InputError(f"{self.path} is no REFI-QDA project: it has {what}", mend=_EXPORT)
        return self.read(exact[0])

    def read(self, name: str) -> bytes:
        """The part called ``name``. Raises :class:`InputError` if it is damaged or too large."""
        assert self._zip is not None
        member = self._members[name]
        try:
            with self._zip.open(member) as part:
                data = part.read(self._limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError,
                RuntimeError, ValueError) as error:  # fmt: skip
            raise InputError(f"{self.path}, {name}: damaged ({error})", mend=_EXPORT) from error
        if len(data) > self._limit:
            raise InputError(
                f"{self.path}, {name}: has more than {self._limit / MEGABYTE:g} MB",
                mend="split it, or raise xml_megabytes under [limits] in precode.toml",
            )
        return data

    def find(self, reference: str) -> str | None:
        """The part that a path in the XML means, or None: "internal://X.txt" as specified, with one
        or three slashes, without a scheme, with folders or without, in another case.
        """
        path = re.sub(r"^(internal|relative):/*", "", reference.strip(), flags=re.IGNORECASE)
        if re.match(r"absolute:|file:|[A-Za-z]:[\\/]", path, re.IGNORECASE):
            return None
        for wanted in dict.fromkeys((path, unquote(path))):
            wanted = wanted.replace("\\", "/").lstrip("/")  # noqa: PLW2901
            if not wanted:
                continue
            for exact in (f"sources/{wanted}", f"Sources/{wanted}", wanted):
                if exact in self._members:
                    return exact
            for among in (
                self._folded.get(f"sources/{wanted}".casefold(), ()),
                self._bases.get(_base(wanted), ()),
            ):
                if len(among) == 1:
                    return among[0]
        return None

    def root(self) -> Node:
        """The XML's root element. Raises :class:`InputError` for XML that is broken, declares
        entities, or nests without end.
        """
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring

        marks = self._xml.count(b"<") + self._xml.count(b"=")
        if marks > _MOST_MARKS or _LONG_TAG.search(self._xml):
            raise InputError(
                f"{self.path} holds more markup than a project does",
                mend="export fewer of its sources at a time",
            )
        try:
            root = fromstring(self._xml, forbid_dtd=True)
        except ParseError as error:
            raise InputError(f"{self.path}: its XML is broken ({error})", mend=_EXPORT) from error
        except (DefusedXmlException, ValueError, LookupError) as error:
            what = f"{self.path} holds XML that no tool writes ({type(error).__name__})"
            raise InputError(what, mend=_EXPORT) from error
        depth, level = 0, [root]
        while level:
            depth, level = depth + 1, [child for element in level for child in element]
            if depth > _DEEPEST:
                raise InputError(f"{self.path}: its XML nests without end", mend=_EXPORT)
        return Node(root)


def _ordinary(path: Path, max_megabytes: float) -> None:
    """Refuse what is no file, empty, or too large, without reading it."""
    if path.is_file() and (size := path.stat().st_size) > max_megabytes * MEGABYTE:
        raise InputError(
            f"{path} has {size / MEGABYTE:,.0f} MB; above {max_megabytes:,.0f} MB no project is read",
            mend="export it without films and pictures",
        )
    if path.is_file() and path.stat().st_size:
        try:
            with path.open("rb") as file:
                start = file.read(4)
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror}", mend="check its permissions"
            ) from error
        if start[:2] == b"PK":
            return
        raise InputError(f"{path} is no REFI-QDA project, despite its name", mend=_EXPORT)
    read_bytes(path, max_megabytes=max_megabytes)  # says in words what is wrong with it


def _leaves(name: str) -> bool:
    return (
        name.startswith(("/", "\\"))
        or re.match(r"[A-Za-z]:", name) is not None
        or ".." in re.split(r"[/\\]", name)
    )


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1].casefold()


@dataclass(frozen=True, slots=True)
class Node:
    """An XML element without its namespace, which every version of the format writes another way."""

    element: Element

    @property
    def tag(self) -> str:
        return _local(self.element.tag)

    def get(self, name: str) -> str:
        """The attribute ``name``, whatever its case; "" without."""
        found = self.element.get(name)
        if found is None:
            folded = name.casefold()
            among = (v for k, v in self.element.items() if _local(k).casefold() == folded)
            found = next(among, "")
        return found

    def guid(self, name: str = "guid") -> str:
        """As :meth:`get`, of a GUID: braces and case do not matter."""
        return self.get(name).strip().strip("{}").lower()

    def children(self, *tags: str) -> Iterator[Node]:
        for child in self.element:
            if isinstance(child.tag, str) and (not tags or _local(child.tag) in tags):
                yield Node(child)

    def child(self, tag: str) -> Node | None:
        return next(self.children(tag), None)

    def every(self, *tags: str) -> Iterator[Node]:
        """All elements below (and this one) with one of ``tags``, in the order of the file."""
        for element in self.element.iter():
            if isinstance(element.tag, str) and _local(element.tag) in tags:
                yield Node(element)

    def text(self, tag: str) -> str:
        """What the child ``tag`` says; "" without."""
        child = self.child(tag)
        return "" if child is None else (child.element.text or "")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]

"""Ways in which a file is broken, or made to break who reads it."""

from __future__ import annotations

import io
import random
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping

LINE = 100 * 1024 * 1024  # bytes of a single line: 100 MB
_ENTITIES = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
BOMB = f'<!DOCTYPE x [<!ENTITY a "lol">{_ENTITIES}]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>'


def random_mutation(rng: random.Random, data: bytes, *, zipped: bool) -> tuple[str, bytes]:
    """(its kind, a mutation of ``data``)."""
    if zipped and rng.random() < 0.5:
        return _inside(rng, data)
    kind = rng.choice(("truncated", "bits flipped", "bytes moved"))
    return kind, {"truncated": _cut, "bits flipped": _flip, "bytes moved": _shuffle}[kind](
        rng, data
    )


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16, 64, 256))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _shuffle(rng: random.Random, data: bytes) -> bytes:
    """A run of bytes taken out, zeroed, drawn anew, doubled many times, or put elsewhere."""
    a = rng.randrange(len(data))
    b = min(len(data), a + rng.choice((1, 8, 64, 512)))
    at = rng.randrange(len(data))
    return rng.choice(
        (
            lambda: data[:a] + data[b:],
            lambda: data[:a] + bytes(b - a) + data[b:],
            lambda: data[:a] + rng.randbytes(b - a) + data[b:],
            lambda: data[:b] + data[a:b] * rng.choice((1, 100, 5000)) + data[b:],
            lambda: data[:at] + data[a:b] + data[at:],
        )
    )()


def _inside(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """One part of the archive mutated, and the archive made whole again."""
    parts = unzipped(data)
    name = rng.choice(sorted(parts))
    mutate = rng.choice((_cut, _flip, _shuffle))
    parts[name] = mutate(rng, parts[name]) if parts[name] else b"x"
    if rng.random() < 0.1:
        del parts[name]
    return "a part mutated", zipped_up(parts)


def unzipped(data: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


def zipped_up(parts: Mapping[str, bytes], *, link: str = "", twice: str = "") -> bytes:
    """An archive of ``parts``; ``link`` names one that is a symbolic link, ``twice`` one repeated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if name == link:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
            if name == twice:
                archive.writestr(name, content)
    return out.getvalue()


Made = tuple[str, Callable[[], bytes]]


def special_mutations(data: bytes, *, suffix: str, zipped: bool) -> Iterator[Made]:
    """(kind, maker) of the attacks that are built rather than drawn. Makers, for some are large."""
    yield "empty", lambda: b""
    yield "zeros", lambda: bytes(1_000_000)
    yield "100 MB line", lambda: _long_line(data, suffix, LINE - 10_000)
    yield "100 MB line", lambda: b"a" * LINE
    if zipped:
        yield from _archives(data)
    elif suffix == ".pdf":
        yield from _pdfs()
    else:
        opening = {".rtf": b"{\\rtf1 ", ".vtt": b"WEBVTT\n\n"}.get(suffix, b"<p>I: Yes?")
        for piece in (
            b"{\\b ",
            b"<div>",
            b"<b ",
            b"<!",
            b"&#",
            b"\\u-1?",
            b"\\'82",
            b"00:00:01.000 --> ",
        ):
            yield "repeated", lambda piece=piece: opening + piece * 400_000
        yield "deep", lambda: opening + (b"{" if suffix == ".rtf" else b"<div>") * 2_000_000
        yield "entity bomb", lambda: BOMB.encode() + data + b"<p>&j;"
        yield "entity from outside", lambda: OUTSIDE.encode() + data + b"<p>&j;"


def _long_line(data: bytes, suffix: str, length: int) -> bytes:
    """A sound file with one line of that length in its talk, inside the limit of a file's size."""
    head = {".rtf": b"{\\rtf1 INT: Yes?\\par P1: ", ".html": b"<p>INT: Yes?<p>P1: "}.get(suffix)
    if suffix == ".vtt":
        head = b"WEBVTT\n\n00:01.000 --> 00:02.000\nP1: "
    if head is None:
        head = data
    return head + b"word " * ((length - len(head)) // 5)


def _archives(data: bytes) -> Iterator[Made]:
    parts = unzipped(data)
    main = max(parts, key=lambda n: len(parts[n]))
    text = parts[main].decode()
    body = next(w for w in ("INT", "P1", "a") if w in text)
    grown = {
        "zip bomb": b"<a>" + b" " * 400_000_000 + b"</a>",
        "100 MB line": text.replace(body, "word " * (LINE // 5), 1).encode(),
        "deep": b"<a>" * 3_000_000,
        "many marks": b"<a>" + b"<b/>" * 9_000_000 + b"</a>",
        "many attributes": b"<a " + b" ".join(b'b%d=""' % i for i in range(2_000_000)) + b"/>",
        "entity bomb": BOMB.encode() + text.replace(body, "&j;", 1).encode(),
        "entity from outside": OUTSIDE.encode() + text.replace(body, "&j;", 1).encode(),
        "entity bomb in UTF-16": (BOMB + text.replace(body, "&j;", 1)).encode("utf-16"),
    }
    for kind, content in grown.items():
        yield kind, lambda content=content: zipped_up(parts | {main: content})
    yield "zip bomb", lambda: zipped_up(parts | {"media/x.png": bytes(1_500_000_000)})
    for name in ("../../evil", "/etc/evil", "C:\\evil", "..\\..\\evil", "a/../../evil"):
        yield "names that lead outside", lambda name=name: zipped_up(parts | {name: b"x"})
    yield "symbolic link", lambda: zipped_up(parts | {"link": b"/etc/passwd"}, link="link")
    yield "symbolic link", lambda: zipped_up(parts | {main: b"/etc/passwd"}, link=main)
    yield "a part twice", lambda: zipped_up(parts, twice=main)
    yield "many parts", lambda: zipped_up(parts | {f"x{i}": b"" for i in range(40_000)})
    yield "false sizes", lambda: _false_sizes(zipped_up(parts), 1)
    yield "false sizes", lambda: _false_sizes(zipped_up(parts), 2**31)
    yield "archive in archive", lambda: zipped_up(parts | {main: data})


def _false_sizes(data: bytes, size: int) -> bytes:
    """Every entry of the directory says that its part unpacks to ``size`` bytes."""
    out, at = bytearray(data), 0
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", out, at + 24, size)
        at += 4
    return bytes(out)


def _pdfs() -> Iterator[Made]:
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<>>>>"
    tree = "<</Type/Pages/Count 1/Kids[3 0 R]>>"

    def bomb(times: int, size: int, unit: bytes = b" ") -> bytes:
        data = unit * (size // len(unit))
        for _ in range(times):
            data = zlib.compress(data, 9)
        filters = "/FlateDecode " * times
        head = f"<</Length {len(data)}/Filter[{filters}]>>stream\n".encode()
        return _pdf([tree, page, head + data + b"\nendstream"])

    yield "zip bomb", lambda: bomb(1, 1_000_000_000)
    yield "zip bomb", lambda: bomb(2, 1_500_000_000)
    yield "zip bomb", lambda: bomb(1, 200_000_000, b"BT (a) Tj ET q 1 0 0 1 0 0 cm Q\n")
    yield "deep", lambda: bomb(1, 50_000_000, b"q ")
    yield "deep", lambda: bomb(1, 50_000_000, b"[")
    yield "deep", lambda: _pdf([tree, "[" * 2_000_000 + "]" * 2_000_000])
    yield "loops", lambda: _pdf(["<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"])
    yield "loops", lambda: _pdf([tree, page, "<</Length 4 0 R/Filter 4 0 R>>stream\nx\nendstream"])
    yield "many pages", lambda: _pdf(["<</Type/Pages/Count 2000000000/Kids[3 0 R]>>", page])
    yield (
        "many pages",
        lambda: _pdf([f"<</Type/Pages/Count 100000/Kids[{'3 0 R ' * 100_000}]>>", page]),
    )
    shown = b"BT /F1 1 Tf " + b"(" + b"a" * 9_000_000 + b") Tj ET"
    yield "100 MB line", lambda: bomb(1, len(shown), shown)


def _pdf(objects: list[str | bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(["<</Type/Catalog/Pages 2 0 R>>", *objects], 1):
        places.append(len(out))
        data = content.encode() if isinstance(content, str) else content
        out += f"{number} 0 obj".encode() + data + b"endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer<</Size {len(places) + 1}/Root 1 0 R>>startxref\n{len(out)}\n%%EOF"
    return out + head.encode() + tail.encode()

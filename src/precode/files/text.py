"""Text files of unknown encoding, read without losing or inventing a character in silence."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from precode.errors import InputError

MEGABYTE = 1024 * 1024
MIXED_ENDS = "line ends of several systems were mixed; all were read as line ends"

# What a file really is, by its first bytes: people rename files, and RTF is even plain ASCII.
_SIGNATURES = (
    (b"PK\x03\x04", "a Word, Excel or other zipped file"),
    (b"PK\x05\x06", "an empty zipped file"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF file"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"ID3", "a sound recording"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE = "open it in the program that made it and save it as plain text, encoding UTF-8"
# Control characters that no text editor writes: their presence means a binary file.
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# What neither XML 1.0 nor UTF-8 can hold: control characters, halves of pairs, noncharacters.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# "donÕt", "ÒnoÓ": what Mac Roman quotes look like when read as Windows-1252.
_MAC_QUOTES = re.compile(r"(?<=[A-Za-z])Õ(?=[a-z])|Ò(?=[A-Za-z])")
# Words mostly of accented capitals and symbols are no Western European language.
_ODD_WORD = re.compile(r"[\x80-\xff\u0152-\u2122]{3,}")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A file's text with ``\\n`` newlines. ``notes`` say what was assumed, a sentence each."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def read_bytes(path: Path, *, max_megabytes: float) -> bytes:
    """The bytes of ``path``. Raises :class:`InputError` if it is absent, unreadable, a folder,
    empty, or larger than ``max_megabytes``.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder, not a file", mend="name a file in it")
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is a device or pipe, not a file", mend="name a file")
        size = path.stat().st_size
        if size > max_megabytes * MEGABYTE:
            raise InputError(
                f"{path} has {size / MEGABYTE:.1f} MB; above {max_megabytes:g} MB nothing is read",
                mend="split it, or raise megabytes under [limits] in precode.toml",
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist", mend="check the name and the folder") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{path} cannot be read: {reason}",
            mend="close it elsewhere, or check its permissions",
        ) from error
    if not data.strip(b"\0 \t\r\n"):
        raise InputError(f"{path} is empty", mend="leave it out, or save the file again")
    return data


def read_text(path: Path, *, max_megabytes: float) -> DecodedText:
    """The text of ``path``. Raises :class:`InputError` as :func:`read_bytes` and :func:`decode`."""
    return decode(read_bytes(path, max_megabytes=max_megabytes), str(path))


def decode(data: bytes, name: str) -> DecodedText:
    """``data`` as text; ``name`` stands in messages.

    Tried in order: byte order marks, UTF-16 without one, UTF-8, then Windows-1252, for which a
    guess (Mac Roman, or what charset-normalizer says) is taken only where Windows-1252 reads as
    nonsense. Raises :class:`InputError` for binary content.
    """
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"{name} is {what}, not plain text", mend=_SAVE)
    text, encoding, notes = _decode(data, name)
    text = text.removeprefix("\ufeff")
    if "\0" in text or len(_CONTROL.findall(text[:100_000])) > 4 + len(text[:100_000]) // 200:
        raise InputError(f"{name} is not plain text (it holds binary data)", mend=_SAVE)
    if not text.strip():
        raise InputError(f"{name} is empty", mend="leave it out, or save the file again")
    bare = text.replace("\r\n", "")
    if ("\r\n" in text) + ("\n" in bare) + ("\r" in bare) > 1:
        notes = (*notes, MIXED_ENDS)
    return DecodedText(text.replace("\r\n", "\n").replace("\r", "\n"), encoding, notes)


def _decode(data: bytes, name: str) -> tuple[str, str, tuple[str, ...]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                text, name_of = data.decode(encoding), encoding.removesuffix("-sig")
                said = f"read as {name_of.upper()}, by its byte order mark"
                return text, name_of, () if name_of == "utf-8" else (said,)
            except UnicodeDecodeError as error:
                raise InputError(
                    f"{name} starts as {encoding} text but byte {error.start:,} does not fit",
                    mend=_SAVE,
                ) from error
    guess = _utf16_without_mark(data)
    if guess:
        return (
            data.decode(guess),
            guess,
            (f"read as {guess.upper()} (it has no byte order mark)",),
        )
    if b"\0" in data:
        raise InputError(f"{name} is not plain text (it holds binary data)", mend=_SAVE)
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError as error:
        place = data.count(b"\n", 0, error.start) + 1
    text, encoding = _single_byte(data, name)
    note = f"not UTF-8 (line {place}); read as {encoding}: check accents and quotation marks"
    return text, encoding, (note,)


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 of a text with Latin letters has a zero in every second byte, and only there."""
    sample = data[: 4096 & ~1]
    if len(data) % 2 or b"\0" not in sample:
        return None
    low, high = sample[::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    for encoding, zeros, others in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        if zeros > 0.4 * half and others <= 0.02 * half:
            try:
                data.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return None


def _single_byte(data: bytes, name: str) -> tuple[str, str]:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if text and _MAC_QUOTES.search(text):
        return data.decode("mac_roman"), "Mac Roman"
    if text and not _ODD_WORD.search(text):
        return text, "Windows-1252"
    # Heavy and rarely needed.
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    if best is not None:
        try:
            return data.decode(best.encoding), best.encoding
        except (UnicodeDecodeError, LookupError):
            pass
    if text:
        return text, "Windows-1252"
    raise InputError(f"the encoding of {name} cannot be told", mend=_SAVE)

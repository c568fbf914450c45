"""On which line each field of a TOML text stands. TOML readers keep no line numbers.

Only for texts that :mod:`tomllib` has accepted already: nothing is checked here a second time.
"""

from __future__ import annotations

import bisect
import re
import tomllib

Place = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!""")"{0,2}|' + r"'''.*?'''(?!''')'{0,2}|"
    r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")


def lines(text: str) -> dict[Place, int]:
    """Line (from 1) of every section, field and list item of ``text``, by its path.

    ``("code", 2, "use", 0)`` is the first item of ``use`` below the third ``[[code]]``. A section
    that is reopened ("[a]" after "[a.b]") keeps the line where it was first named.
    """
    return _Reader(text).read()


class _Reader:
    """One pass over the text; ``at`` is the offset reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.newlines = [m.start() for m in re.finditer("\n", text)]
        self.found: dict[Place, int] = {}
        self.items: dict[Place, int] = {}  # arrays of tables: how many [[headers]] so far

    def read(self) -> dict[Place, int]:
        base: Place = ()
        while self.peek():
            if self.peek() == "[":
                base = self.header()
            else:
                self.pair(base)
        return self.found

    def peek(self) -> str:
        """The next character that is neither white space nor comment; empty at the end."""
        match = _BLANK.match(self.text, self.at)
        assert match
        self.at = match.end()
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        assert match, f"not TOML at offset {self.at}"
        self.at = match.end()
        return match.group()

    def note(self, place: Place) -> None:
        self.found.setdefault(place, bisect.bisect_left(self.newlines, self.at) + 1)

    def key(self) -> list[str]:
        """A key with its dots: ``a."b.c".d``."""
        parts = []
        while True:
            if self.peek() in "\"'":
                quoted = self.take(_STRING)
                parts.append(str(tomllib.loads(f"k = {quoted}")["k"]))
            else:
                parts.append(self.take(_BARE_KEY))
            if self.peek() != ".":
                return parts
            self.at += 1

    def header(self) -> Place:
        """``[a.b]`` or ``[[a.b]]``: notes it and returns where the fields below it belong."""
        start, array = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        keys = self.key()
        end, self.at = self.at + (2 if array else 1), start
        place: Place = ()
        for depth, part in enumerate(keys, 1):
            place = (*place, part)
            self.note(place)
            if array and depth == len(keys):
                self.items[place] = self.items.get(place, 0) + 1
            if place in self.items:
                place = (*place, self.items[place] - 1)
                self.note(place)
        self.at = end
        return place

    def pair(self, base: Place) -> None:
        self.peek()
        start = self.at
        keys = self.key()
        end, self.at = self.at, start
        for depth in range(1, len(keys) + 1):
            self.note((*base, *keys[:depth]))
        self.at = end + 1  # the equals sign
        self.value((*base, *keys))

    def value(self, place: Place) -> None:
        opening = self.peek()
        if opening in "\"'":
            self.take(_STRING)
        elif opening == "[":
            self.at += 1
            index = 0
            while self.peek() != "]":
                self.note((*place, index))
                self.value((*place, index))
                index += 1
                self.at += self.peek() == ","
            self.at += 1
        elif opening == "{":
            self.at += 1
            while self.peek() != "}":
                self.pair(place)
                self.at += self.peek() == ","
            self.at += 1
        else:
            self.take(_BARE_VALUE)

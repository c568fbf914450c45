"""Themes of a team's own below a sub-domain: who gives one gives the sub-domain too."""

from __future__ import annotations

from dataclasses import replace

from precode.codebook import Codebook
from precode.codings.history import joined
from precode.domain import Coding, HumanCodes


def with_sub_domains(codes: HumanCodes, codebook: Codebook) -> HumanCodes:
    """``codes`` with, for each theme, the code that it is a theme of, by the same coder.

    Two themes of one code, or a theme and the code itself, are one coding of it, whose polarity is
    what theirs come to. What the coders gave is left as it is: this is for counting only.
    """
    themes = codebook.themes
    if not any(c.code in themes for c in codes.codings):
        return codes
    out = {(c.sentence_id, c.coder, c.code): c for c in codes.codings}
    for c in codes.codings:
        seen = {c.code}
        up = themes.get(c.code, "")
        while up and up not in seen:
            seen.add(up)
            key = (c.sentence_id, c.coder, up)
            out[key] = _counted(out.get(key), c, up)
            up = themes.get(up, "")
    return replace(codes, codings=tuple(out.values()))


def _counted(before: Coding | None, theme: Coding, code: str) -> Coding:
    if before is None:
        return replace(theme, code=code)
    return replace(
        before,
        polarity=joined(before.polarity, theme.polarity),
        assisted=before.assisted or theme.assisted,
    )

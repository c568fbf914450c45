"""Which shipped model can pre-code a study that has no codes of its own yet; cheap enough to ask often."""

from __future__ import annotations

from precode.codebook import Codebook
from precode.resources import starters


def starter_for(book: Codebook, wanted: bool | str = True) -> str:
    """The name of a shipped model with the codes of ``book``, all and in their order; "" without one.
    ``wanted``: the one that a study names. Whether its encoder is at hand is seen when it reads.
    """
    for name, folder in starters().items():
        if isinstance(wanted, str) and name != wanted:
            continue
        try:
            text = (folder / "codebook.json").read_text(encoding="utf-8")
            known = Codebook.model_validate_json(text)
        except (OSError, ValueError):  # `precode doctor` says what is wrong with it
            continue
        if known.leaf_ids == book.leaf_ids:
            return name
    return ""

"""The codebook: what each code means, and the rules between neighbours.

A codebook is a TOML file that a team reads, edits and keeps under version. Codes form a tree by
``parent``; the leaves are what is given to sentences.
"""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from precode.domain import Polarity
from precode.files.toml_lines import Place
from precode.files.typed_toml import Mistake, MistakesError, parse_typed, read_typed

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Boundary(BaseModel):
    """How this code differs from a neighbour, as a rule a coder can apply."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    against: Text
    rule: Text


class Code(BaseModel):
    """One code. ``polarity`` is False where barrier and facilitator make no sense."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Id = Field(description="small letters a to z, digits and _, beginning with a letter")
    label: Text
    definition: Text
    parent: str = ""
    use: tuple[Text, ...] = ()
    avoid: tuple[Text, ...] = ()
    boundary: tuple[Boundary, ...] = ()
    examples: tuple[Text, ...] = ()
    aliases: tuple[Text, ...] = ()
    polarity: bool = True
    # Stable id in the Behaviour Change Intervention Ontology, where there is one.
    bcio: Annotated[str, Field(pattern=r"^(BCIO:\d{6})?$", description='like "BCIO:006009"')] = ""
    # Ids in another codebook: TDF domains name the COM-B sub-domains they belong to. A code that
    # maps to its own parent is a theme of it: the parent stays a code, and counts its themes.
    maps_to: tuple[Text, ...] = ()


class Codebook(BaseModel):
    """Codes in file order. ``choice`` is "one" where every unit gets exactly one code."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))
    name: Text
    version: Text
    language: str = "en"
    choice: Literal["many", "one"] = "many"
    source: str = ""
    note: str = ""
    codes: Annotated[tuple[Code, ...], Field(alias="code", min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Codebook:
        mistakes = [*self._bad_ids(), *self._bad_references(), *self._bad_words()]
        if mistakes:
            raise MistakesError(mistakes)
        return self

    def _bad_ids(self) -> Iterator[Mistake]:
        seen: set[str] = set()
        for i, code in enumerate(self.codes):
            if code.id in seen:
                what = f'"{code.id}" is the id of an earlier code too'
                yield Mistake(("code", i, "id"), what, "give each code its own id")
            seen.add(code.id)

    def _bad_references(self) -> Iterator[Mistake]:
        parents = {c.id: c.parent for c in self.codes}
        looped: set[str] = set()
        for i, code in enumerate(self.codes):
            named: list[tuple[Place, str]] = [
                (("code", i, "boundary", j, "against"), b.against)
                for j, b in enumerate(code.boundary)
            ]
            if code.parent:
                named.append((("code", i, "parent"), code.parent))
            for place, target in named:
                if target == code.id:
                    yield Mistake(place, "names the code itself", "name another code, or delete it")
                elif target not in parents:
                    near = difflib.get_close_matches(target, list(parents), n=1)
                    hint = f'did you mean "{near[0]}"?' if near else f"codes: {', '.join(parents)}"
                    yield Mistake(place, f'"{target}" is the id of no code', hint)
            above, up = {code.id}, code.parent
            while up in parents and up not in above:
                above.add(up)
                up = parents[up]
            if up == code.id != code.parent and code.id not in looped:
                looped |= above
                chain = f'the parents of "{code.id}" lead back to itself'
                yield Mistake(("code", i, "parent"), chain, "let one of them have no parent")

    def _bad_words(self) -> Iterator[Mistake]:
        owner: dict[str, str] = {}
        leaves = set(self.leaf_ids)
        for i, code in enumerate(self.codes):
            words: list[tuple[Place, str]] = [
                (("code", i, "id"), code.id),
                (("code", i, "label"), code.label),
                *((("code", i, "aliases", j), a) for j, a in enumerate(code.aliases)),
            ]
            for place, word in words if code.id in leaves else ():
                if not plain(word):
                    yield Mistake(place, f'"{word}" holds no letter or digit', "use a word")
                elif (other := owner.setdefault(plain(word), code.id)) != code.id:
                    what = f'"{word}" names "{other}" as well as "{code.id}"'
                    yield Mistake(place, what, "change one of the two labels or aliases")

    def __getitem__(self, code_id: str) -> Code:
        return next(c for c in self.codes if c.id == code_id)

    @cached_property
    def leaves(self) -> tuple[Code, ...]:
        """The codes that are given to sentences, in file order: those that are parents of nothing
        but their own themes.
        """
        parents = {c.parent for c in self.codes if c.parent not in c.maps_to}
        return tuple(c for c in self.codes if c.id not in parents)

    @cached_property
    def themes(self) -> dict[str, str]:
        """Theme → the code that counts it: its parent, which it maps to."""
        return {c.id: c.parent for c in self.codes if c.parent and c.parent in c.maps_to}

    @cached_property
    def leaf_ids(self) -> tuple[str, ...]:
        """The column order of every probability array."""
        return tuple(c.id for c in self.leaves)

    @cached_property
    def hash(self) -> str:
        """16 hex digits that change with any content: the version each coding stores."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()[:16]

    @cached_property
    def _words(self) -> dict[str, str]:
        return {plain(w): c.id for c in self.leaves for w in (c.id, c.label, *c.aliases)}

    def find(self, word: str) -> str | None:
        """The leaf called ``word`` by id, label or alias, whatever the case and punctuation."""
        return self._words.get(plain(word))

    def nearest(self, word: str) -> str | None:
        """The leaf that ``word`` was probably meant to be, for messages."""
        near = difflib.get_close_matches(plain(word), list(self._words), n=1, cutoff=0.6)
        return self._words[near[0]] if near else None

    def parents(self) -> Iterable[tuple[Code | None, tuple[Code, ...]]]:
        """(parent, its leaves) in file order; None groups leaves without a parent."""
        groups: dict[str, list[Code]] = {}
        for leaf in self.leaves:
            groups.setdefault(leaf.parent, []).append(leaf)
        return [(self[p] if p else None, tuple(leaves)) for p, leaves in groups.items()]


def plain(word: str) -> str:
    """Case, punctuation and spacing folded: how people type the same code differently.

    Letters, digits and marks (the vowel signs of Hindi or Thai) stay, in any script.
    """
    folded = unicodedata.normalize("NFKC", word).casefold()
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return " ".join("".join(kept).split())


_MEND = "edit the file; `precode init --codebook comb` shows a good one"


def read_codebook(path: Path) -> Codebook:
    """The codebook in ``path``. Raises :class:`InputError` with field, line and mend."""
    return read_typed(path, Codebook, mend=_MEND)


def parse_codebook(text: str, name: str = "codebook") -> Codebook:
    """The codebook in ``text``, for the versions kept in a study and a model bundle."""
    return parse_typed(text, Codebook, name=name, mend=_MEND)


_POLARITY_WORDS = {
    "barrier": Polarity.BARRIER, "barriers": Polarity.BARRIER, "b": Polarity.BARRIER,
    "negative": Polarity.BARRIER, "hinders": Polarity.BARRIER, "-": Polarity.BARRIER,
    "facilitator": Polarity.FACILITATOR, "facilitators": Polarity.FACILITATOR,
    "f": Polarity.FACILITATOR, "enabler": Polarity.FACILITATOR, "enablers": Polarity.FACILITATOR,
    "positive": Polarity.FACILITATOR, "helps": Polarity.FACILITATOR, "+": Polarity.FACILITATOR,
    "both": Polarity.BOTH, "mixed": Polarity.BOTH, "x": Polarity.BOTH,
    "barrier/facilitator": Polarity.BOTH, "barrier and facilitator": Polarity.BOTH,
    "facilitator/barrier": Polarity.BOTH, "facilitator and barrier": Polarity.BOTH,
    "+/-": Polarity.BOTH,
    "unclear": Polarity.UNCLEAR, "neither": Polarity.UNCLEAR, "?": Polarity.UNCLEAR,
    "": Polarity.NONE,
}  # fmt: skip


def find_polarity(word: str) -> Polarity | None:
    """The polarity that ``word`` names ("Barrier", "enabler", "B"), None if it names none."""
    return _POLARITY_WORDS.get(" ".join(word.casefold().split()))

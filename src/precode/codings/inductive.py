"""Codes of a team's own, kept beside the codebook's: how the codebook's file gains them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from precode.codebook import Code, Codebook, find_polarity, parse_codebook, plain
from precode.codings.mapping import Kept
from precode.codings.proposing import polarity_in
from precode.domain import CodePolarity, Polarity
from precode.errors import InputError, Problem, refuse
from precode.files.typed_toml import toml_string

PARENT = "inductive_codes"
_LABEL = "Inductive codes"
_ABOUT = "Codes of the team's own, from its own reading, beside the framework's."
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Grown:
    """``text`` and ``codebook`` with what was ``added`` (ids, in order); ``codes`` is what each kept
    code of theirs is in it, by path.
    """

    text: str
    codebook: Codebook
    codes: dict[str, CodePolarity]
    added: tuple[str, ...]


@dataclass(slots=True)
class _Wanted:
    """One code to be kept, by whatever paths theirs come: "Barriers > Time" and "Helps > Time"."""

    bare: tuple[str, ...]
    under: str
    description: str
    given: dict[str, Polarity] = field(default_factory=dict)


def grow(
    text: str, codebook: Codebook, kept: Mapping[str, tuple[Kept, Polarity]], *, name: str
) -> Grown:
    """The codebook file ``text`` with the ``kept`` codes that it lacks, appended: what the team wrote
    stays as it is. Codes without ``under`` go below "Inductive codes"; themes below their code, which
    they map to, so that it counts them. ``name`` is the file's, for messages.

    Codes that differ in the word barrier or facilitator alone are one, with polarity. A code that an
    earlier import kept is found again by its path. Raises :class:`InputError` with every code that
    cannot be kept so.
    """
    added: list[Code] = []
    codes: dict[str, CodePolarity] = {}
    groups = _grouped(kept)
    problems = list(_torn(groups, name))
    for w in groups:
        sides = {p for p in w.given.values() if p is not Polarity.NONE}
        there = _found(codebook, w)
        if there is None:
            if w.under and codebook.choice == "one":
                what = f"{w.bare[-1]!r} cannot be a theme: the codebook gives each unit one code"
                problems.append(Problem(name, what, 'take under away, or set choice = "many"'))
                continue
            there = _made(codebook, added, w, polarity=bool(sides) or _directed(codebook, w.under))
            added.append(there)
        elif sides and not there.polarity:
            what = f"{there.label!r} has no polarity, but the mapping gives it one"
            problems.append(
                Problem(name, what, f"set polarity = true for {there.id!r} in the file")
            )
            continue
        for key, said in w.given.items():
            given = Polarity.UNCLEAR if said is Polarity.NONE else said
            codes[key] = CodePolarity(there.id, given if there.polarity else Polarity.NONE)
    refuse("the codebook cannot take these codes", problems)
    if not added:
        return Grown(text, codebook, codes, ())
    new = _appended(text, codebook, added)
    try:
        book = parse_codebook(new, name)
    except InputError as error:
        raise InputError(
            f"{name} cannot be added to: {error.what}", problems=error.problems,
            mend="write its codes as [[code]] sections, as `precode init` does",
        ) from error  # fmt: skip
    return Grown(new, book, codes, tuple(c.id for c in added))


def _grouped(kept: Mapping[str, tuple[Kept, Polarity]]) -> list[_Wanted]:
    groups: dict[tuple[tuple[str, ...], str], _Wanted] = {}
    for key, (one, said) in kept.items():
        bare = _bare(one.path)
        group = groups.setdefault(
            (_same(bare), one.under), _Wanted(bare, one.under, one.description)
        )
        group.description = group.description or one.description
        group.given[key] = said
    return list(groups.values())


def _same(path: tuple[str, ...]) -> tuple[str, ...]:
    """Equal for paths that differ in case and punctuation alone; "+" and "?" are still two."""
    return tuple(plain(name) or name for name in path)


def _bare(path: tuple[str, ...]) -> tuple[str, ...]:
    """``path`` without what says a polarity: "Barriers > Time (barrier)" is "Time"."""
    names = [n for n in path if not (len(n) > 1 and find_polarity(n))]
    bare = tuple(filter(None, (_without_sides(n) for n in names)))
    return bare or path


_SIDE = re.compile(r"\s*[(\[]\s*(?:barriers?|facilitators?|enablers?)\s*[)\]]\s*", re.IGNORECASE)
_EDGE = re.compile(
    r"^(?:barriers?|facilitators?|enablers?)\s*[:\-\u2013]\s*|\s*[:\-\u2013]\s*(?:barriers?|facilitators?|enablers?)$",
    re.IGNORECASE,
)


def _without_sides(name: str) -> str:
    if polarity_in(name) is None:
        return name
    return _EDGE.sub("", _SIDE.sub(" ", name).strip()).strip() or name


def _torn(groups: list[_Wanted], name: str) -> Iterator[Problem]:
    """A code of which the mapping says two things: one line was edited, its twin was not."""
    by_path: dict[tuple[str, ...], list[_Wanted]] = {}
    for w in groups:
        by_path.setdefault(_same(w.bare), []).append(w)
    for twins in by_path.values():
        if len(twins) > 1:
            keys = " and ".join(repr(next(iter(w.given))) for w in twins)
            unders = ", ".join(f'"{w.under}"' for w in twins)
            what = f"{keys} are one code, but have different under: {unders}"
            yield Problem(name, what, 'write the same in the mapping, or to = "skip" for one')


def _found(codebook: Codebook, w: _Wanted) -> Code | None:
    """The code that an earlier import made of it."""
    for word in (" > ".join(w.bare), *_labels(w)):
        code = codebook.find(word) if plain(word) else None
        if code is not None and codebook[code].parent == (w.under or PARENT):
            return codebook[code]
    return None


def _labels(w: _Wanted) -> list[str]:
    """What it may be called, as far as the names are not taken."""
    whole = " > ".join(w.bare)
    if not plain(whole):  # signs alone name nothing that can be typed or found again
        return [f"{whole} [{_hash(whole)}]"]
    return [w.bare[-1], ": ".join(w.bare[-2:]), whole, f"{whole} (team)"]


def _directed(codebook: Codebook, under: str) -> bool:
    return bool(under) and codebook[under].polarity


def _made(codebook: Codebook, added: list[Code], w: _Wanted, *, polarity: bool) -> Code:
    taken = {plain(x) for c in (*codebook.codes, *added) for x in (c.id, c.label, *c.aliases)}
    whole = " > ".join(w.bare)
    options = (*_labels(w), *(f"{whole} (team {n})" for n in range(2, 1000)))
    label = next(o for o in options if plain(o) and plain(o) not in taken)
    taken.add(plain(label))
    identity = slug(label)
    ids = {c.id for c in (*codebook.codes, *added)} | {PARENT}
    n = 2
    while identity in ids or (plain(identity) in taken and plain(identity) != plain(label)):
        identity, n = f"{slug(label)}_{n}", n + 1
    aliases = () if plain(whole) in taken | {"", plain(identity)} else (whole,)
    return Code(
        id=identity, label=label, parent=w.under or PARENT, aliases=aliases, polarity=polarity,
        definition=w.description.strip() or f"The team's own code {whole!r}.",
        maps_to=(w.under,) if w.under else (),
    )  # fmt: skip


def slug(label: str) -> str:
    """An id in small letters a to z; of a name in another script, one by its hash."""
    folded = unicodedata.normalize("NFKD", label.casefold().replace("ß", "ss"))
    words = re.findall(r"[a-z0-9]+", folded.encode("ascii", "ignore").decode())
    slug = "_".join(words)[:_LONGEST].strip("_")
    if len(slug) < 2:
        slug = f"code_{_hash(label)}"
    return slug if slug[0].isalpha() else f"code_{slug}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _appended(text: str, codebook: Codebook, added: list[Code]) -> str:
    blocks = []
    if any(c.parent == PARENT for c in added) and PARENT not in {c.id for c in codebook.codes}:
        blocks.append(block(Code(id=PARENT, label=_LABEL, definition=_ABOUT)))
    blocks += map(block, added)
    return "\n".join([text.rstrip("\n") + "\n", *blocks])


def block(code: Code) -> str:
    """``code`` as a codebook's file has it."""
    lines = ["[[code]]", f"id = {toml_string(code.id)}", f"label = {toml_string(code.label)}"]
    lines.append(f"definition = {toml_string(code.definition)}")
    if code.parent:
        lines.append(f"parent = {toml_string(code.parent)}")
    for field_, words in (("aliases", code.aliases), ("maps_to", code.maps_to)):
        if words:
            lines.append(f"{field_} = [{', '.join(map(toml_string, words))}]")
    if not code.polarity:
        lines.append("polarity = false")
    return "\n".join(lines) + "\n"

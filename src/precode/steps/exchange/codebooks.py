"""A codebook from another program's project: its codes, their tree and their descriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from precode.codebook import Code, find_polarity, plain
from precode.codings.inductive import block, slug
from precode.errors import InputError
from precode.exchange.project import Project, ProjectCode
from precode.exchange.refi_read import read_refi
from precode.files.typed_toml import toml_string

SUFFIXES = (".qdc", ".qdpx")


def codebook_text(path: Path) -> str:
    """The codebook of the REFI-QDA file ``path`` (.qdc or .qdpx), as TOML to be read and edited.

    Codes that only say barrier or facilitator below another code are polarities, not codes. A code
    without a description gets one that says so. Raises :class:`InputError` where the file is not
    whole or holds no code.
    """
    project = read_refi(path)
    codes = list(_kept(project))
    if not codes:
        raise InputError(f"{path}: holds no code", mend="export the codebook with its codes")
    ids = _ids(codes)
    labels = _labels(codes, ids)
    made = f"{path.name}, made by {project.tool}" if project.tool else path.name
    head = (
        f"name = {toml_string(_one_line(project.name or path.stem))}\n"
        f'version = "1"\nsource = {toml_string(_one_line(made))}\n'
    )
    missing = f"{path.name} gives no definition: write one here."
    blocks = (
        block(
            Code(
                id=ids[c.id],
                label=labels[c.id],
                definition=c.description.strip() or missing,
                parent=ids.get(c.parent, ""),
            )
        )
        for c in codes
    )
    return "\n".join([head, *blocks])


def _kept(project: Project) -> Iterator[ProjectCode]:
    """Codes in the file's order, without those that are a polarity of the code above."""
    known = {c.id for c in project.codes}
    parents = {c.parent for c in project.codes}
    for code in project.codes:
        side = find_polarity(code.name) is not None and code.id not in parents
        if not (side and code.parent in known):
            yield code


def _ids(codes: Sequence[ProjectCode]) -> dict[str, str]:
    """Code id there → id here: small letters of the name, with a number where it is taken."""
    out: dict[str, str] = {}
    taken: set[str] = set()
    for code in codes:
        word = slug(code.name)
        name, n = word, 2
        while name in taken:
            name, n = f"{word}_{n}", n + 1
        taken.add(name)
        out[code.id] = name
    return out


def _labels(codes: Sequence[ProjectCode], ids: Mapping[str, str]) -> dict[str, str]:
    """Names as they are; of those that occur again, or are another code's id, with the code above,
    or a number.
    """
    names = {c.id: _one_line(c.name) for c in codes}
    owner = {plain(word): there for there, word in ids.items()}
    out: dict[str, str] = {}
    for code in codes:
        label, n = names[code.id], 2
        if owner.get(plain(label), code.id) != code.id and code.parent in names:
            label = f"{label} ({names[code.parent]})"
        first = label
        while owner.get(plain(label), code.id) != code.id:
            label, n = f"{first} {n}", n + 1
        owner[plain(label)] = code.id
        out[code.id] = label
    return out


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "(without a name)"

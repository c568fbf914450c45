"""The Behaviour Change Wheel's tables, as a file holds them: functions to consider for each code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from precode.codebook import Codebook
from precode.files.typed_toml import read_typed


class Function(BaseModel):
    """An intervention function and its id in the Behaviour Change Intervention Ontology."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    label: str
    bcio: Annotated[str, Field(pattern=r"^BCIO:\d{6}$")]


class WheelTable(BaseModel):
    """One published table: code id → ids of functions. ``check`` is a caution to print beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    label: str
    codebook: str
    source: str
    check: str = ""
    functions: dict[str, tuple[str, ...]]


class Wheel(BaseModel):
    """All tables, and the functions they name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tables: Annotated[tuple[WheelTable, ...], Field(alias="table")]
    functions: Mapping[str, Function]

    def links(self, table: WheelTable, codebook: Codebook, code: str) -> tuple[Function, ...]:
        """The functions ``table`` has for ``code``: for itself, else for those it maps to in another
        codebook, else for the nearest code above it, in the same way: a theme maps to the code above
        it, and that to a sub-domain. Empty where the table has none.
        """
        up = codebook[code]
        while True:
            if up.id in table.functions:
                return tuple(self.functions[f] for f in table.functions[up.id])
            found = [f for m in up.maps_to for f in table.functions.get(m, ())]
            if found:
                return tuple(self.functions[f] for f in dict.fromkeys(found))
            if not up.parent:
                return ()
            up = codebook[up.parent]


def read_wheel(path: Path) -> Wheel:
    """The tables in the TOML file ``path``. Raises :class:`~precode.errors.InputError`."""
    return read_typed(path, Wheel, mend="install precode again: this file came with it")

"""TOML files checked against a typed model, with every mistake named by field, line and mend."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from precode.errors import InputError, Problem
from precode.files.toml_lines import Place, lines
from precode.files.toml_syntax import syntax_problem

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong at ``place``, a path of field names and list positions (from 0)."""

    place: Place
    what: str
    mend: str = ""


class MistakesError(ValueError):
    """Raised by a model's own validator to name several mistakes, each at its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(m.what for m in mistakes))
        self.mistakes = tuple(mistakes)


def read_typed(path: Path, model: type[M], *, mend: str) -> M:
    """``path`` as ``model``. ``mend`` is the advice shown for the file as a whole.

    Raises :class:`InputError` naming the file, and field and line of every mistake in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text",
            mend="open it in a text editor and save it with the encoding UTF-8",
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", mend=mend) from error
    return parse_typed(text, model, name=str(path), mend=mend)


def parse_typed(text: str, model: type[M], *, name: str, mend: str) -> M:
    """As :func:`read_typed`, from text; ``name`` stands in messages."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number too long raises a bare ValueError
        raise InputError(
            f"{name} has a mistake in its writing",
            problems=[syntax_problem(error, text, name=name)],
            mend=mend,
        ) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        mistakes = _mistakes(error, model)
    known = lines(text)
    problems = [
        (_line(known, m.place), Problem(_where(name, known, m.place), m.what, m.mend))
        for m in mistakes
    ]
    problems.sort(key=lambda numbered: numbered[0])
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    raise InputError(f"{name} has {count}", problems=[p for _, p in problems], mend=mend)


def line_of(text: str, place: Place) -> int:
    """The line (from 1) on which the field ``place`` stands, or that of its nearest parent.

    ``("code", 2, "label")`` is the key ``label`` below the third ``[[code]]``.
    """
    return _line(lines(text), place)


def _line(known: dict[Place, int], place: Place) -> int:
    ends = range(len(place), 0, -1)
    return next((known[place[:end]] for end in ends if place[:end] in known), 1)


def _where(name: str, known: dict[Place, int], place: Place) -> str:
    field = ".".join(str(p + 1) if isinstance(p, int) else p for p in place)
    return f"{name}, line {_line(known, place)}" + (f", field {field}" if field else "")


def toml_string(text: str) -> str:
    """``text`` as a TOML string in double quotes, whatever it holds."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# -- what the model refused --------------------------------------------------------------------

# pydantic's own words are for programmers; these are for researchers. Braces are filled from the
# limits that pydantic reports.
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field here",
    "string_type": "should be text in quotes",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "list_type": "should be a list in [brackets]",
    "tuple_type": "should be a list in [brackets]",
    "model_type": "should be a section of its own",
    "string_too_short": "should not be empty",
    "too_short": "should not be empty",
    "literal_error": "should be {expected}",
    "string_pattern_mismatch": "should match the pattern {pattern}",
    "greater_than_equal": "should be {ge:g} or more",
    "greater_than": "should be more than {gt:g}",
    "less_than_equal": "should be {le:g} or less",
    "less_than": "should be less than {lt:g}",
}
_LONGEST_SHOWN = 60


def _mistakes(error: ValidationError, model: type[BaseModel]) -> list[Mistake]:
    items = error.errors(include_url=False)
    out: list[Mistake] = []
    for item in items:
        place: Place = item["loc"]
        if item["type"] == "too_short" and any(
            len(i["loc"]) > len(place) and i["loc"][: len(place)] == place for i in items
        ):
            continue  # pydantic counts the good items only: the bad ones are named already
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, MistakesError):
            out += [Mistake((*place, *m.place), m.what, m.mend) for m in cause.mistakes]
        else:
            out.append(_mistake(item["type"], place, item, model))
    return out


def _mistake(kind: str, place: Place, item: Any, model: type[BaseModel]) -> Mistake:
    field = _field_at(model, place)
    if kind == "extra_forbidden":
        return Mistake(place, _WORDS[kind], _misnamed(place, model))
    limits = {
        k: v.replace("'", '"') if isinstance(v, str) else v for k, v in item.get("ctx", {}).items()
    }
    words = _WORDS[kind].format(**limits) if kind in _WORDS else _sentence(str(item["msg"]))
    if kind == "string_pattern_mismatch" and field and field.description:
        words = f"should be {field.description}"
    if kind == "tuple_type" and field and _section(field.annotation):
        words = "should be a list of sections"
    if kind == "missing":
        return Mistake(place, words, f"add {_example(place, field)}")
    if kind in _WORDS and "empty" not in words:
        words += f", not {_shown(item.get('input'))}"
    return Mistake(place, words, f"write, for example, {_example(place, field)}")


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "should")


def _misnamed(place: Place, model: type[BaseModel]) -> str:
    owner = _model_at(model, place[:-1])
    known = [f.alias or n for n, f in owner.model_fields.items()] if owner else []
    near = difflib.get_close_matches(str(place[-1]), known, n=1)
    return f'did you mean "{near[0]}"?' if near else f"fields here: {', '.join(known)}"


def _shown(value: object) -> str:
    """A value as it stands in the file, shortened: it is there to be recognised."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    text = toml_string(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _field_at(model: type[BaseModel], place: Place) -> FieldInfo | None:
    """The field at ``place``; for an item of a list, the list's."""
    names = [i for i, step in enumerate(place) if isinstance(step, str)]
    if not names:
        return None
    owner, wanted = _model_at(model, place[: names[-1]]), place[names[-1]]
    fields = owner.model_fields.items() if owner else ()
    return next((f for n, f in fields if wanted == (f.alias or n)), None)


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """The model of the section at ``place``, through lists; None where there is none."""
    current: type[BaseModel] | None = model
    for step in place:
        if current and isinstance(step, str):
            field = _field_at(current, (step,))
            current = _section(field.annotation) if field else None
    return current


def _section(annotation: Any) -> type[BaseModel] | None:
    inner = (annotation, *get_args(annotation))
    return next((t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)), None)


def _example(place: Place, field: FieldInfo | None) -> str:
    """What would be right at ``place``: with the default where there is one."""
    if field is None:
        return "another value"
    names = [step for step in place if isinstance(step, str)]
    if _section(field.annotation):
        head = ".".join(names)
        return f"a section headed [[{head}]]" if _is_list(field) else f"a section headed [{head}]"
    if isinstance(place[-1], int):
        return "text in quotes"
    return f"{names[-1]} = {_example_value(field)}"


def _example_value(field: FieldInfo) -> str:
    if _is_list(field):
        return '["…"]'
    if get_origin(field.annotation) is Literal:
        return _shown(get_args(field.annotation)[0])
    known = isinstance(field.default, bool | int | float | str) and field.default != ""
    return _shown(field.default) if known else '"…"'


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple

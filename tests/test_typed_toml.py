"""TOML against a model: every kind of mistake is named with its field, its line and its mend."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from precode.errors import InputError, Problem
from precode.files.toml_lines import Place, lines
from precode.files.typed_toml import (
    Mistake,
    MistakesError,
    line_of,
    parse_typed,
    read_typed,
    toml_string,
)


class Wheel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int
    spokes: tuple[str, ...] = ()


class Engine(BaseModel):
    model_config = ConfigDict(extra="forbid")
    fuel: Literal["petrol", "diesel"] = "petrol"
    power: Annotated[float, Field(gt=0, le=500)] = 60.0
    idle: Annotated[int, Field(ge=1, lt=9)] = 2


class Car(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1)]
    plate: Annotated[str, Field(pattern="^[A-Z]+$", description="capital letters")] = "AB"
    tag: Annotated[str, Field(pattern="^x$")] = "x"
    electric: bool = False
    engine: Engine = Engine()
    wheels: Annotated[tuple[Wheel, ...], Field(alias="wheel", min_length=1)]

    @model_validator(mode="after")
    def _sizes(self) -> Car:
        if self.name == "plain":
            raise ValueError("a plain complaint")
        odd = [i for i, w in enumerate(self.wheels) if w.size == 13]
        if odd:
            raise MistakesError(
                [Mistake(("wheel", i, "size"), "is unlucky", "write 14") for i in odd]
            )
        return self


WHEEL = "[[wheel]]\nsize = 1\n"


def problems(text: str, model: type[BaseModel] = Car) -> tuple[Problem, ...]:
    """What a file called car.toml is refused for."""
    with pytest.raises(InputError) as caught:
        parse_typed(text, model, name="car.toml", mend="look at the manual")
    assert caught.value.mend == "look at the manual"
    assert caught.value.exit_code == 3
    return caught.value.problems


def test_good_file_is_read() -> None:
    """A file without mistakes becomes the model it describes."""
    car = parse_typed('name = "Mini"\n' + WHEEL, Car, name="car.toml", mend="")
    assert (car.name, car.wheels[0].size, car.engine.power) == ("Mini", 1, 60.0)


@pytest.mark.parametrize(
    ("text", "where", "what", "mend"),
    [
        (WHEEL, "line 1, field name", "is missing", 'add name = "…"'),
        ('name = "a"\n', "line 1, field wheel", "is missing", "add a section headed [[wheel]]"),
        (
            'name = "a"\nwheel = []',
            "line 2, field wheel",
            "should not be empty",
            "write, for example, a section headed [[wheel]]",
        ),
        (
            'name = "a"\n[wheel]\nsize = 1',
            "line 2, field wheel",
            "should be a list of sections, not a section",
            "write, for example, a section headed [[wheel]]",
        ),
        (
            'name = ""\n' + WHEEL,
            "line 1, field name",
            "should not be empty",
            'write, for example, name = "…"',
        ),
        (
            "\n\nname = 3\n" + WHEEL,
            "line 3, field name",
            "should be text in quotes, not 3",
            'write, for example, name = "…"',
        ),
        (
            'name = "a"\nelectric = "perhaps"\n' + WHEEL,
            "line 2, field electric",
            'should be true or false, not "perhaps"',
            "write, for example, electric = false",
        ),
        (
            'name = "a"\nplate = "ab"\n' + WHEEL,
            "line 2, field plate",
            'should be capital letters, not "ab"',
            'write, for example, plate = "AB"',
        ),
        (
            'name = "a"\ntag = "y"\n' + WHEEL,
            "line 2, field tag",
            'should match the pattern ^x$, not "y"',
            'write, for example, tag = "x"',
        ),
        (
            'name = "a"\nengin = 1\n' + WHEEL,
            "line 2, field engin",
            "is not a field here",
            'did you mean "engine"?',
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\nfule = "petrol"',
            "line 5, field engine.fule",
            "is not a field here",
            'did you mean "fuel"?',
        ),
        (
            f'name = "a"\n{WHEEL}zzz = 1',
            "line 4, field wheel.1.zzz",
            "is not a field here",
            "fields here: size, spokes",
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\nfuel = "steam"',
            "line 5, field engine.fuel",
            'should be "petrol" or "diesel", not "steam"',
            'write, for example, fuel = "petrol"',
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\npower = 0',
            "line 5, field engine.power",
            "should be more than 0, not 0",
            "write, for example, power = 60.0",
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\npower = 501.5',
            "line 5, field engine.power",
            "should be 500 or less, not 501.5",
            "write, for example, power = 60.0",
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\nidle = 0',
            "line 5, field engine.idle",
            "should be 1 or more, not 0",
            "write, for example, idle = 2",
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\nidle = 9',
            "line 5, field engine.idle",
            "should be less than 9, not 9",
            "write, for example, idle = 2",
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\nidle = 2.5',
            "line 5, field engine.idle",
            "should be a whole number, not 2.5",
            "write, for example, idle = 2",
        ),
        (
            f'name = "a"\n{WHEEL}[engine]\npower = [1]',
            "line 5, field engine.power",
            "should be a number, not a list",
            "write, for example, power = 60.0",
        ),
        (
            f'name = "a"\nengine = "big"\n{WHEEL}',
            "line 2, field engine",
            'should be a section of its own, not "big"',
            "write, for example, a section headed [engine]",
        ),
        (
            f'name = "a"\n{WHEEL}spokes = "one"',
            "line 4, field wheel.1.spokes",
            'should be a list in [brackets], not "one"',
            'write, for example, spokes = ["…"]',
        ),
        (
            f'name = "a"\n{WHEEL}spokes = [\n  "a",\n  2,\n]',
            "line 6, field wheel.1.spokes.2",
            "should be text in quotes, not 2",
            "write, for example, text in quotes",
        ),
        ('name = "plain"\n' + WHEEL, "line 1", "a plain complaint", "write, for example, another"),
        (
            f'name = "a"\n{WHEEL}\n[[wheel]]\n# unlucky\nsize = 13',
            "line 7, field wheel.2.size",
            "is unlucky",
            "write 14",
        ),
    ],
)
def test_each_mistake_is_named(text: str, where: str, what: str, mend: str) -> None:
    """One mistake gives one problem: the place, what is wrong, and an edit that mends it."""
    (problem,) = problems(text)
    assert problem.where == f"car.toml, {where}"
    assert problem.what == what
    assert problem.mend.startswith(mend)


def test_all_mistakes_are_shown_in_the_order_of_the_file() -> None:
    """Nobody has to run a command five times to learn of five mistakes."""
    text = 'electric = 5\nzzz = 1\n[[wheel]]\nsize = "x"\n[[wheel]]\n[engine]\nidle = 0'
    found = [p.where.removeprefix("car.toml, line ") for p in problems(text)]
    assert found == [
        "1, field name", "1, field electric", "2, field zzz", "4, field wheel.1.size",
        "5, field wheel.2.size", "7, field engine.idle",
    ]  # fmt: skip


def test_long_values_are_shortened_in_messages() -> None:
    """A page of text in the wrong place does not fill the screen."""
    (problem,) = problems(f'name = "a"\nplate = "{"b" * 500}"\n{WHEEL}')
    assert len(problem.what) < 120
    assert "bbb…" in problem.what


@pytest.mark.parametrize(
    ("text", "where", "what", "mend"),
    [
        (
            "a = 1\nname = Mini",
            "line 2, field name",
            "cannot be read",
            'straight double quotes: "…"',
        ),
        ("a = “Mini”", "line 1, field a", "curly quotes", 'straight quotes: "…"'),
        ('a = 1\nb = "Mini\nc = 2', "line 2, field b", "not closed by a quote", '"""'),
        ('a = "C:\\new\\path"', "line 1, field a", "backslash", "single quotes"),
        ("a = 1\na = 2", "line 2, field a", "stands twice", "keep one"),
        ("[a]\nb = 1\n[a]\nc = 1", "line 3", "section stands twice", "one heading"),
        ("a = 1\nb: 2", "line 2", "no = after", 'name = "…"'),
        ('a = "x" "y"', "line 1, field a", "more on the line", "own line"),
        ('a = [\n  "b",', "line 2", "file ends before", "]"),
        ('a = [\n  "b"\nc = 1', "line 3, field c", "list is opened", "]"),
        ("a =", "line 1, field a", "file ends before", "give the field a value"),
        ("a = yes\nb = 1", "line 1, field a", "cannot be read", "straight double quotes"),
        ("a = { b = 1", "line 1, field a", "opened and never closed", "}"),
        ("[[a]\nb = 1", "line 1", "heading is not closed", "[[name]]"),
        ('a = """\nopen', "line 2", "never closed", '"""'),
        ("a = 2024-02-31", "line 1, field a", "Invalid date", "compare the line"),
        ("a = " + "9" * 5000, "", "4300 digits", "does not belong"),
        ("a = " + "[" * 5000, "", "too deep", "does not belong"),
        ("a = 1\x00", "line 1, field a", "more on the line", "own line"),
    ],
)
def test_bad_writing_is_named(text: str, where: str, what: str, mend: str) -> None:
    """What is not TOML at all is explained by line, in words, with the edit."""
    (problem,) = problems(text)
    assert problem.where == ", ".join(filter(None, ["car.toml", where]))
    assert what in problem.what
    assert mend in problem.mend


@pytest.mark.parametrize(
    ("content", "what"),
    [("name = 'Bär'".encode("cp1252"), "not UTF-8"), ("name = 1".encode("utf-16"), "not UTF-8")],
)
def test_wrong_encoding_is_said(tmp_path: Path, content: bytes, what: str) -> None:
    """A file saved in a Windows encoding is refused with the way to save it rightly."""
    path = tmp_path / "car.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=what) as caught:
        read_typed(path, Car, mend="")
    assert "UTF-8" in caught.value.mend


def test_missing_file_is_said(tmp_path: Path) -> None:
    """A file that is not there is one line naming it."""
    with pytest.raises(InputError, match=r"gone\.toml cannot be read: No such file"):
        read_typed(tmp_path / "gone.toml", Car, mend="")


def test_windows_files_are_read(tmp_path: Path) -> None:
    """A byte order mark and Windows newlines change neither the reading nor the line numbers."""
    path = tmp_path / "car.toml"
    path.write_bytes(b"\xef\xbb\xbf" + f'name = "a"\r\n{WHEEL}'.encode())
    assert read_typed(path, Car, mend="").name == "a"
    path.write_bytes(b'\xef\xbb\xbfname = "a"\r\n\r\nplate = "ab"\r\n[[wheel]]\r\nsize = 1')
    with pytest.raises(InputError) as caught:
        read_typed(path, Car, mend="")
    assert caught.value.problems[0].where.endswith("line 3, field plate")


# -- where fields stand --------------------------------------------------------------------------

NESTED = '''\
title = "x" # [[code]]

[[code]]
id = "a"
note = """
label = "decoy"
[[code]]
"""
[[code.boundary]]
rule = "1"
[[code.boundary]]
rule = "2"
[[ code ]]   # spaced
id = 'b = "not"'
use = [
  "x]",  # ]

  "y",
]
boundary = [
  { against = "a", rule = "r" },
  { against = "b", rule = "s" }, ]
"la.bel" = "q"
deep.er.est = 1
[[code]]
[[code.boundary]]
rule = "3"
[other.part]
x = 1
[other]
y = { z = [1,
 2] }
'''


@pytest.mark.parametrize(
    ("place", "row"),
    [
        (("title",), 'title = "x"'),
        (("code",), "[[code]]"),
        (("code", 0, "id"), 'id = "a"'),
        (("code", 0, "label"), "[[code]]"),
        (("code", 0, "boundary", 0, "rule"), 'rule = "1"'),
        (("code", 0, "boundary", 1, "rule"), 'rule = "2"'),
        (("code", 0, "boundary", 1, "against"), "[[code.boundary]]"),
        (("code", 1), "[[ code ]]"),
        (("code", 1, "id"), "id = 'b"),
        (("code", 1, "use", 0), '"x]"'),
        (("code", 1, "use", 1), '"y"'),
        (("code", 1, "boundary"), "boundary = ["),
        (("code", 1, "boundary", 0, "rule"), '{ against = "a"'),
        (("code", 1, "boundary", 1, "rule"), '{ against = "b"'),
        (("code", 1, "la.bel"), '"la.bel"'),
        (("code", 1, "deep", "er", "est"), "deep.er.est"),
        (("code", 2, "boundary", 0, "rule"), 'rule = "3"'),
        (("other", "part", "x"), "x = 1"),
        (("other", "y", "z", 1), "2] }"),
        (("nowhere", 3), 'title = "x"'),
    ],
)
def test_line_of_finds_the_field(place: Place, row: str) -> None:
    """Nested and inline sections, lists over lines, quoted and dotted keys, decoys in text."""
    tomllib.loads(NESTED)
    assert NESTED.split("\n")[line_of(NESTED, place) - 1].lstrip().startswith(row)


def test_second_boundary_of_second_code_is_not_the_first() -> None:
    """The same header repeated is counted below its own parent."""
    assert line_of(NESTED, ("code", 0, "boundary", 1)) == 11
    assert line_of(NESTED, ("code", 2, "boundary", 0)) > line_of(NESTED, ("code", 2))


def test_odd_characters_do_not_shift_lines() -> None:
    """Line separators inside text (pasted from a web page) are not newlines of the file."""
    assert line_of('a = "x\u2028y\x85z"\nb = 1', ("b",)) == 2


KEYS = st.sampled_from(["a", "b", "c", '"d e"', "'f.g'", '"h\\"i"'])
TEXTS = st.sampled_from(
    [
        '"x"',
        "'y # ['",
        '"""\n[[a]]\nb = 1\n"""',
        "'''\n]'''''",
        '"\\"] = ["',
        '"""a\\""" """""',
        '""',
    ]
)
SCALARS = st.one_of(TEXTS, st.sampled_from(["1", "-2.5e3", "true", "1979-05-27 07:32:00", "inf"]))
GAPS = st.sampled_from(["", " ", "# note ] }\n", "\n\n"])


@st.composite
def values(draw: Any, place: Place, depth: int = 0) -> list[tuple[str, Place | None]]:
    """Pieces of text; a piece with a place says that the place begins there."""
    kind = draw(st.sampled_from(["scalar"] * 3 + ["list", "table"] * (depth < 2)))
    if kind == "list":
        out: list[tuple[str, Place | None]] = [("[", None)]
        for i in range(draw(st.integers(0, 3))):
            out += [(draw(GAPS), None), ("", (*place, i))]
            out += [*draw(values((*place, i), depth + 1)), (",", None)]
        return [*out, (draw(GAPS), None), ("]", None)]
    if kind == "table":
        out = [("{ ", None)]
        keys = draw(st.lists(KEYS, unique=True, max_size=2))
        for i, key in enumerate(keys):
            inner = (*place, bare(key))
            out += [(", " if i else "", None), (key, inner), (" = ", None)]
            out += draw(values(inner, depth + 1))
        return [*out, (" }", None)]
    return [(draw(SCALARS), None)]


def bare(key: str) -> str:
    (name,) = tomllib.loads(f"{key} = 1")
    return name


@st.composite
def documents(draw: Any) -> list[tuple[str, Place | None]]:
    out: list[tuple[str, Place | None]] = []

    def fields(base: Place) -> None:
        for key in draw(st.lists(KEYS, unique=True, max_size=3)):
            place = (*base, bare(key))
            out.extend([(draw(GAPS), None), ("\n", None), (key, place), (" = ", None)])
            out.extend(draw(values(place)))
            out.append((draw(st.sampled_from(["", "  # k = [1]"])), None))

    fields(())
    for i in range(draw(st.integers(0, 3))):
        out.extend([("\n", None), ("[[top]]", ("top", i))])
        fields(("top", i))
        for j in range(draw(st.integers(0, 2))):
            out.extend([("\n", None), ("[[ top .'in' ]]", ("top", i, "in", j))])
            fields(("top", i, "in", j))
        out.extend([("\n", None), ("[top.one]", ("top", i, "one"))])
        fields(("top", i, "one"))
    return out


def places(value: object, at: Place = ()) -> set[Place]:
    """Every path in parsed TOML."""
    steps: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    return {at} | {p for step, inner in steps for p in places(inner, (*at, step))}


@given(documents())
def test_every_field_of_any_document_is_found_on_its_line(
    pieces: list[tuple[str, Place | None]],
) -> None:
    """A writer that knows where it put each field agrees with the reader, which misses none."""
    text, expected = "", {}
    for piece, place in pieces:
        if place is not None:
            expected[place] = text.count("\n") + 1
        text += piece
    found = lines(text)
    assert {p: found[p] for p in expected} == expected
    assert set(found) == places(tomllib.loads(text)) - {()}


@given(st.text())
def test_any_text_survives_as_a_toml_string(text: str) -> None:
    """What a researcher types as title comes back exactly."""
    assert tomllib.loads(f"x = {toml_string(text)}")["x"] == text

"""The settings file that a new study gets."""

from __future__ import annotations

import re
import tomllib

from precode.resources import shipped
from precode.settings import Settings

TEMPLATE = (shipped("configs") / "study.toml").read_text(encoding="utf-8")


def test_template_holds_exactly_the_defaults() -> None:
    """What a researcher reads in the file is what precode would do without it."""
    text = TEMPLATE.replace("@TITLE@", "Untitled study").replace("@LANGUAGE@", "en")
    found = Settings.model_validate(tomllib.loads(text))
    default = Settings.model_validate({"study": {"behaviour": "@BEHAVIOUR@"}})
    assert found == default


def test_template_names_every_setting() -> None:
    """No setting is hidden: each section and field stands in the file."""
    data = tomllib.loads(TEMPLATE)
    expected = {n: set(type(s).model_fields) for n, s in _sections().items()}
    assert {n: set(fields) for n, fields in data.items()} == expected


def _sections() -> dict[str, object]:
    settings = Settings.model_validate({"study": {"behaviour": "x"}})
    return {name: getattr(settings, name) for name in Settings.model_fields}


def test_every_setting_is_explained() -> None:
    """Directly above each field stands a remark in words."""
    rows = TEMPLATE.split("\n")
    fields = [i for i, row in enumerate(rows) if re.match(r"\w+ = ", row)]
    assert len(fields) == sum(len(type(s).model_fields) for s in _sections().values())
    assert all(rows[i - 1].startswith("# ") for i in fields)


def test_each_placeholder_stands_once_and_in_quotes() -> None:
    """`init` puts TOML strings in the place of the quoted words, and touches nothing else."""
    for word in ("@TITLE@", "@BEHAVIOUR@", "@LANGUAGE@"):
        assert TEMPLATE.count(word) == TEMPLATE.count(f'"{word}"') == 1

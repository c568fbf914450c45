"""REFI-QDA figures: real projects read whole, invented studies out and in, the published schema."""

from __future__ import annotations

import json
import random
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _bench import Figure

from precode.codebook import plain
from precode.domain import CodePolarity, Event, EventKind, Kind, Polarity
from precode.exchange.project import Project
from precode.exchange.refi_read import read_refi
from precode.steps.add import add
from precode.steps.codes import import_codes
from precode.steps.export import export
from precode.steps.init import init
from precode.steps.opening import open_study

DATA = Path(__file__).parents[3] / "shared" / "data" / "refi-qda"
STUDIES, QUICK_STUDIES = 200, 20
CODES = ("physical_opportunity", "social_opportunity", "reflective_motivation")
LETTERS = [*"abcdefghij", " ", " ", ".", ",", "?", "e\u0301", "\u00e9", "\U0001f600", "\U0001d4b3", "漢", "\u2028", "’"]  # fmt: skip


def figures(*, quick: bool) -> Iterator[Figure]:
    if DATA.is_dir():
        yield from real(quick=quick)
    else:
        yield Figure(f"real projects: not at {DATA}", "left out")
    yield from invented(QUICK_STUDIES if quick else STUDIES)


# -- real projects ---------------------------------------------------------------------------------


def real(*, quick: bool) -> Iterator[Figure]:
    begun = time.perf_counter()
    made = read_refi(DATA / "nvivo12-coded.qdpx")
    seconds = time.perf_counter() - begun
    placed, whole = len(made.selections), bounded(made)
    yield Figure(
        "NVivo: selections placed in their sources", f"{placed} of 303", "303", placed == 303
    )
    yield Figure("NVivo: that begin and end at word bounds", f"{whole} of 303", "300", whole >= 300)
    deep = max(len(made.path(c.id)) for c in made.codes)
    yield Figure(
        "NVivo: codes, levels, users",
        f"{len(made.codes)}, {deep}, {len(made.coders)}",
        "152, a tree, 2",
        (len(made.codes), len(made.coders)) == (152, 2) and deep > 1,
    )
    yield Figure("NVivo: reading it", f"{seconds:.2f} s")
    if not quick:  # segmenting 1.2 million characters takes its time
        exact = as_study(made, DATA / "nvivo12-coded.qdpx")
        yield Figure(
            "NVivo: selections as events of a study", f"{exact} of 303", "303", exact == 303
        )
    made = read_refi(DATA / "qc-demo.qdpx")
    counts = (len(made.codes), len(made.selections), sum(s.text != "" for s in made.sources))
    yield Figure(
        "qc demo: codes, codings, sources with text",
        ", ".join(map(str, counts)),
        "262, 205, 2",
        counts == (262, 205, 2) and bounded(made) == 205,
    )
    made = read_refi(DATA / "target-atlas-project.qdpx")
    counts = (len(made.codes), len(made.coders), len(made.doubts))
    yield Figure(
        "ATLAS.ti: codes, users, doubts",
        ", ".join(map(str, counts)),
        "3, 2, 0",
        counts == (3, 2, 0),
    )


def bounded(made: Project) -> int:
    """Selections that cut no word."""
    texts = {s.id: s.text for s in made.sources}

    def cut(text: str, at: int) -> bool:
        return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()

    return sum(
        not cut(texts[s.source], s.start) and not cut(texts[s.source], s.end)
        for s in made.selections
    )


def as_study(made: Project, file: Path) -> int:
    """How many selections a study takes at their places, with a codebook of the project's codes."""
    used = {s.code for s in made.selections}
    names = {plain(c.name): c.name for c in made.codes if c.id in used}
    book = 'name = "Theirs"\nversion = "1"\n' + "".join(
        f'[[code]]\nid = "c{i}"\nlabel = {json.dumps(name)}\ndefinition = "x"\npolarity = false\n'
        for i, name in enumerate(names.values())
    )
    with tempfile.TemporaryDirectory() as folder:
        init(study := Path(folder) / "study", behaviour="anything")
        (study / "codebook.toml").write_text(book, encoding="utf-8")
        add(study, [file], kind=Kind.FIELD_NOTES)
        return sum(t.exact for t in import_codes(study, [file]).tallies)


# -- invented studies ------------------------------------------------------------------------------


def invented(count: int) -> Iterator[Figure]:
    schema = _schema()
    same = unchanged = valid = codings = 0
    begun = time.perf_counter()
    for seed in range(count):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            study = make(folder, random.Random(seed))
            before = standing(study)
            codings += len(before["codings"])
            export(study, out=folder / "out.qdpx")
            init(new := folder / "new", behaviour="anything")
            add(new, [folder / "out.qdpx"])
            import_codes(new, [folder / "out.qdpx"])
            same += standing(new) == before
            back = import_codes(study, [folder / "out.qdpx"])
            unchanged += (back.new, back.changes) == (0, ())
            if schema is not None:
                with zipfile.ZipFile(folder / "out.qdpx") as archive:
                    valid += _valid(schema, archive.read("project.qde"))
    seconds = time.perf_counter() - begun
    of = f"of {count}"
    yield Figure("invented studies: codings in them", f"{codings:,}, {seconds:.0f} s")
    yield Figure(
        "invented studies out and in: identical", f"{same} {of}", str(count), same == count
    )
    yield Figure(
        "back into the same study: nothing changes", f"{unchanged} {of}", str(count),
        unchanged == count,
    )  # fmt: skip
    if schema is None:
        yield Figure("valid by the published schema", "left out: no lxml, or no schema")
    else:
        yield Figure("valid by the published schema", f"{valid} {of}", str(count), valid == count)


def _schema() -> Any:
    try:
        from lxml import etree
    except ImportError:
        return None
    path = DATA / "Project-mrt2019.xsd"
    return etree.XMLSchema(etree.parse(path)) if path.is_file() else None


def _valid(schema: Any, xml: bytes) -> bool:
    from lxml import etree

    return bool(schema.validate(etree.fromstring(xml)))


def make(folder: Path, rng: random.Random) -> Path:
    """A study of one to three talks, coded by two people: overlapping, adjacent and repeated passages,
    decisions over them, some after a suggestion.
    """
    files = []
    end = rng.choice(["\n", "\r\n", "\r"])
    for i in range(rng.randint(1, 3)):
        lines = [f"INT: Talk {i}?", "P1: Yes."]
        lines += [
            f"{rng.choice(['INT', 'P1', 'P2'])}: Well {n} {''.join(rng.choices(LETTERS, k=rng.randint(1, 80)))}"
            for n in range(rng.randint(4, 30))
        ]
        files.append(folder / f"talk {i}.txt")
        files[-1].write_bytes((end.join(lines) + end).encode())
    people = folder / "people.csv"
    people.write_text(f"source,label,Age & job\ntalk 0,P1,{rng.randint(18, 90)} <x>\n")
    init(study := folder / "old", behaviour="anything")
    add(study, files, attributes=people)
    with open_study(study, verb="benchmark", write=True) as s:
        sentences = [x for x in s.store.sentences() if x.codable]
        texts = {t.id: t.text for t in s.store.transcripts()}
        events = [e for _ in range(40) for e in _acts(rng, sentences, texts)]
        s.store.append(events)
    return study


def _acts(rng: random.Random, sentences: list[Any], texts: dict[str, str]) -> list[Event]:
    at = rng.choice(sentences)
    coder = rng.choice(["ANNA", "Bén & Co <1>"])
    codes = _codes(rng)
    place = (coder, at.transcript_id, at.start, at.end)
    match rng.choice(["excerpt", "excerpt", "adjacent", "decision", "read", "shown"]):
        case "excerpt":
            start = rng.randrange(len(texts[at.transcript_id]))
            stop = min(start + rng.randint(1, 200), len(texts[at.transcript_id]))
            return [Event(EventKind.EXCERPT, coder, at.transcript_id, start, stop, codes)]
        case "adjacent":
            middle = (at.start + at.end) // 2 or 1
            spans = [(at.start, middle), (middle, at.end)]
            return [
                Event(EventKind.EXCERPT, coder, at.transcript_id, a, b, _codes(rng))
                for a, b in spans
                if a < b
            ]
        case "read":
            return [Event(EventKind.READ, *place)]
        case "shown":
            given = codes if rng.random() < 0.5 else _codes(rng)
            return [
                Event(EventKind.SHOWN, *place, codes),
                Event(EventKind.DECISION, *place, given, assisted=True),
            ]
    return [Event(EventKind.DECISION, *place, codes)]


def _codes(rng: random.Random) -> tuple[CodePolarity, ...]:
    return tuple(
        CodePolarity(c, rng.choice(list(Polarity))) for c in rng.sample(CODES, rng.randint(0, 3))
    )


def standing(study: Path) -> dict[str, Any]:
    """What a round trip must keep."""
    with open_study(study, verb="benchmark", write=False) as s:
        human = s.human_codes(s.store.sentences())
        return {
            "transcripts": s.store.transcripts(),
            "turns": s.store.turns(),
            "sentences": s.store.sentences(),
            "participants": s.store.participants(),
            "codings": sorted(
                (c.sentence_id, c.coder, c.code, c.polarity.value, c.assisted)
                for c in human.codings
            ),
            "read": human.read,
            "assisted": human.assisted,
        }

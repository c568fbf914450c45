"""``export``: each filter on every format, and Word documents with codes as comments."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import run

from precode.exchange.project import Selection, Source
from precode.exchange.word_comments import read_word_comments
from precode.exchange.word_write import Commented, write_word
from precode.steps.opening import open_study

FORMATS = ("csv", "jsonl", "datasets", "xlsx", "docx", "qdpx")


@pytest.fixture
def described(trained_study: Path, tmp_path: Path) -> Path:
    """Two women, one man, one of whom nothing is known."""
    people = tmp_path / "people.csv"
    people.write_text(
        "source,label,gender,town\ninterview-1,P1,woman,Leeds\ninterview-2,P2,man,Leeds\n"
        "interview-3,P3,Woman,York\n"
    )
    assert run("add", "--study", trained_study, "--attributes", people).code == 0
    return trained_study


def out(study: Path, form: str, *options: object) -> tuple[dict[str, object], Path]:
    ran = run("export", "--study", study, "--format", form, "--json", *options)
    assert ran.code == 0, ran.err
    done = json.loads(ran.out)
    return done, Path(str(done["file"]))


def coded(form: str, path: Path) -> set[tuple[str, str, str]]:
    """(transcript, who, code) of every coding in an export."""
    if form == "docx":
        found = set()
        for file in path.glob("*.docx"):
            p = read_word_comments(file)
            names = {c.id: c.name.partition(" (0.")[0].partition(" (1.")[0] for c in p.codes}
            for s in p.selections:
                found.add((file.stem, s.coder, names[s.code].partition(":")[0]))
        return found
    if form == "qdpx":
        from precode.exchange.refi_read import read_refi

        p = read_refi(path)
        sources, users = ({x.id: x.name for x in which} for which in (p.sources, p.coders))
        paths = {c.id: p.path(c.id) for c in p.codes}
        return {
            (sources[s.source], users[s.coder],
             next(n for n in reversed(paths[s.code]) if n not in ("Barrier", "Facilitator", "Unclear")))
            for s in p.selections
        }  # fmt: skip
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows: list[Mapping[str, object]] = list(csv.DictReader(file))
    elif form == "jsonl":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    elif form == "datasets":
        from datasets import load_from_disk

        rows = list(load_from_disk(str(path)))
    else:
        from openpyxl import load_workbook

        sheet = load_workbook(path)["codes"]
        head, *body = sheet.iter_rows(values_only=True)
        assert sheet.freeze_panes and sheet.auto_filter.ref
        rows = [dict(zip(map(str, head), r, strict=True)) for r in body]
    return {
        (str(r["transcript"]), str(r["coder"] or "precode (machine)"), str(r["label"]))
        for r in rows
        if r["code"]
    }


@pytest.mark.parametrize("form", FORMATS)
def test_every_filter_holds_in_every_format(described: Path, form: str) -> None:
    every = coded(form, out(described, form)[1])
    assert {t for t, _, _ in every} >= {f"interview-{n}" for n in (1, 2, 3)}
    assert {"ANNA", "BEN", "precode (machine)"} <= {w for _, w, _ in every}
    women = coded(form, out(described, form, "--where", "Gender=WOMAN")[1])
    assert women == {x for x in every if x[0] in ("interview-1", "interview-3")}
    both = coded(form, out(described, form, "--where", "gender=woman", "--where", "town=York")[1])
    assert both == {x for x in every if x[0] == "interview-3"}
    either = coded(form, out(described, form, "--where", "town=York", "--where", "town=leeds")[1])
    assert either == {x for x in every if x[0] != "interview-4"}
    anna = coded(form, out(described, form, "--coder", "ANNA", "--human")[1])
    assert anna == {x for x in every if x[1] == "ANNA"}
    assert {w for _, w, _ in coded(form, out(described, form, "--machine")[1])} == {
        "precode (machine)"
    }
    one = coded(form, out(described, form, "--code", "physical_opportunity")[1])
    assert {c for _, _, c in one} == {"Physical opportunity"}


def test_confidence_leaves_out_what_the_machine_doubts_and_no_person(described: Path) -> None:
    rows = [json.loads(x) for x in out(described, "jsonl")[1].read_text().splitlines()]
    ps = sorted(r["p"] for r in rows if r["source_of_code"] == "machine" and r["code"])
    cut = ps[len(ps) // 2]
    kept = [
        json.loads(x)
        for x in out(described, "jsonl", "--min-confidence", cut)[1].read_text().splitlines()
    ]
    assert [r for r in rows if r["source_of_code"] == "human"] == [
        r for r in kept if r["source_of_code"] == "human"
    ]
    assert sum(r["source_of_code"] == "machine" for r in kept) == sum(p >= cut for p in ps) > 0
    done, _ = out(described, "qdpx", "--min-confidence", cut, "--machine")
    # a code in both directions is two codings there
    assert done["machine"] >= sum(p >= cut for p in ps)


@pytest.mark.parametrize(
    ("where", "told"),
    [("age=4", "attributes: gender, town"), ("gender=x", "man"), ("gender", "=VALUE")],
)
def test_a_group_that_is_not_there_is_refused_with_those_that_are(
    described: Path, where: str, told: str
) -> None:
    ran = run("export", "--study", described, "--where", where)
    assert ran.code == 2 and told in ran.err


# -- Word ------------------------------------------------------------------------------------------


def stands(study: Path) -> list[tuple[str, str, str, str]]:
    with open_study(study, verb="status", write=False) as s:
        human = s.human_codes(s.store.sentences())
        return sorted((c.sentence_id, c.coder, c.code, c.polarity.value) for c in human.codings)


def test_comments_in_word_come_back_as_the_same_codings(
    described: Path, interviews: Path, tmp_path: Path
) -> None:
    _, folder = out(described, "docx")
    new = tmp_path / "new"
    assert run("init", new, "--behaviour", "coming to the clinic").code == 0
    assert run("add", "--study", new, interviews).code == 0
    ran = run("codes", "--study", new, *sorted(folder.glob("*.docx")))
    assert ran.code == 0, ran.err
    assert stands(new) == stands(described) != []
    assert "Would" not in ran.out


def test_one_document_holds_all_transcripts_under_their_names(
    described: Path, tmp_path: Path
) -> None:
    done, path = out(described, "docx", "--out", tmp_path / "all.docx")
    import docx

    document = docx.Document(str(path))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [f"interview-{n}" for n in (1, 2, 3, 4)]
    authors = {c.author for c in document.comments}
    assert {"ANNA", "BEN", "precode (machine)"} <= authors
    assert any("to be read" in str(n) for n in done["notes"])  # type: ignore[union-attr]
    texts = [c.text for c in document.comments if c.author == "precode (machine)"]
    assert all(re.search(r": \w+ \([01]\.\d\d\)$", t) for t in texts)


def test_a_folder_with_other_files_is_not_overwritten(described: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("years of work")
    ran = run("export", "--study", described, "--format", "docx", "--out", tmp_path / "mine")
    assert ran.code == 2 and (tmp_path / "mine" / "thesis.docx").read_text() == "years of work"


WORDS = {"a": "Physical opportunity: barrier", "b": "Memory, attention and decisions: unclear",
         "c": "Habits"}  # fmt: skip
TEXT = st.text(
    st.sampled_from("ab .\t\n\u0301\U0001f600\u2028\u00a0<&\u00ad"), min_size=1, max_size=60
)


@given(text=TEXT, data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_and_any_passages_come_back(text: str, data: st.DataObject) -> None:
    """Passages that overlap, nest, touch and run over lines; tabs, emoji, combining marks."""
    n = len(text)
    spans = data.draw(
        st.lists(
            st.tuples(st.integers(0, n), st.integers(0, n), st.sampled_from("abc"),
                      st.sampled_from(("ANNA", "BEN")), st.sampled_from(("", "a memo\n\nin lines; two"))),
            max_size=6,
        )
    )  # fmt: skip
    selections = [
        Selection("t", a, b, code, who, note=note) for a, b, code, who, note in spans if a < b
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.docx"
        source = Source("t", "t", text)
        people = {"ANNA": "ANNA", "BEN": "BEN"}
        count = write_word(path, [Commented(source, selections, people, WORDS, "machine")])
        if not count:
            return
        back = read_word_comments(path, known=("Memory, attention and decisions",))
        assert back.sources[0].text == text
        names = {c.id: c.name for c in back.codes}
        got = sorted((s.start, s.end, names[s.code], s.coder, s.note) for s in back.selections)
        want = []
        for s in selections:
            piece = text[s.start : s.end]
            if piece.strip():
                start = s.start + len(piece) - len(piece.lstrip())
                want.append((start, start + len(piece.strip()), WORDS[s.code], s.coder, s.note))
        assert got == sorted(want)

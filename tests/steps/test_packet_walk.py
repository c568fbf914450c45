"""A packet's whole way: out as a file, answered as coders do it, back into the study."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from studies import BEHAVIOUR, state

from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason, Sentence
from precode.errors import InputError, TooLittleError, UsageError
from precode.review.packet_sheet import CODE_THESE, ID
from precode.review.values import Item, Suggested, Suggestion
from precode.steps.add import add
from precode.steps.init import init
from precode.steps.opening import Study, open_study
from precode.steps.packets.record import outstanding
from precode.steps.packets.returning import PacketIn, read_packet
from precode.steps.packets.sending import PacketOut, write_packet

SAID = (
    "=1+1 is what the nurse said, “honestly”.", "- No money for the bus.", "@home it is easier.",
    "+44 is all I remember.", "My sister drives me – always.", "I plan to stop.",
)  # fmt: skip
OPPORTUNITY = "Physical opportunity"
BUS = CodePolarity("physical_opportunity", Polarity.BARRIER)


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packets")
    talk = folder / "interview-1.txt"
    talk.write_text("".join(f"INT: And {i}?\nP1: {s}\n" for i, s in enumerate(SAID)), "utf-8")
    init(folder / "study", behaviour=BEHAVIOUR)
    add(folder / "study", [talk])
    return folder / "study"


@pytest.fixture
def path(_made: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(_made, tmp_path / "my stüdy"))


@contextmanager
def opened(path: Path) -> Iterator[Study]:
    with open_study(path, verb="review", write=True) as study:
        yield study


def items(study: Study, *, reasons: Mapping[int, str] | None = None) -> list[Item]:
    """All six sentences, with a suggestion each."""
    suggestion = Suggestion((Suggested(BUS.code, BUS.polarity, 0.8),), model="m1")
    return [
        Item(s, "P1", (("INT", "And?"),), (), (reasons or {}).get(i, "uncertain"), suggestion,
             "interview-1")
        for i, s in enumerate(s for s in study.store.sentences() if s.codable)
    ]  # fmt: skip


def send(path: Path, name: str = "anna.xlsx", **options: Any) -> PacketOut:
    with opened(path) as study:
        given = items(study, reasons=options.pop("reasons", None))
        return write_packet(study, given, coder="ANNA", path=path.parent / name, **options)


def receive(path: Path, file: Path, **options: Any) -> PacketIn:
    with opened(path) as study:
        return read_packet(study, file, **options)


def answer(file: Path, rows: Mapping[int, Mapping[str, str]], *, kind: str = "s") -> Path:
    """Fill in ``file``: row of the packet from 0 → header → text (``kind`` "f": formula)."""
    book = openpyxl.load_workbook(file)
    sheet = book[CODE_THESE]
    at = {str(c.value): c.column for c in sheet[1]}
    for row, cells in rows.items():
        for header, text in cells.items():
            cell = sheet.cell(row + 2, at[header])
            cell.value, cell.data_type = text, kind
    book.save(file)
    return file


def where(file: Path, row: int, header: str) -> str:
    sheet = openpyxl.load_workbook(file)[CODE_THESE]
    (cell,) = (c for c in sheet[1] if c.value == header)
    return f"{CODE_THESE}!{cell.column_letter}{row + 2}"


def decided(path: Path) -> list[Event]:
    with opened(path) as study:
        return [e for e in study.store.events() if e.kind is EventKind.DECISION]


FILLED: dict[int, dict[str, str]] = {
    0: {"code 1": OPPORTUNITY, "polarity 1": "barrier", "memo": "=why?"},
    2: {"nothing applies": "yes"},
    4: {
        "code 1": "Social opportunity",
        "polarity 1": "f",
        "code 2": OPPORTUNITY,
        "polarity 2": "x",
    },
}


def test_a_packet_goes_out_is_answered_and_comes_back(path: Path) -> None:
    """The decisions are the coder's, unassisted, in the packet's name, and asked no more."""
    sent = send(path)
    assert (sent.rows, sent.left_out, sent.path.name) == (6, (), "anna.xlsx")
    with opened(path) as study:
        sentences = [s for s in study.store.sentences() if s.codable]
        assert outstanding(study.store) == {"ANNA": {s.id for s in sentences}}
    found = receive(path, answer(sent.path, FILLED), coder="ANNA")
    assert (found.packet, found.coder) == (sent.packet, "ANNA")
    assert (found.stored, found.nothing, found.unchanged, found.unanswered) == (3, 1, 0, 3)
    assert (found.aside, found.problems, found.notes) == ((), (), ())
    social = CodePolarity("social_opportunity", Polarity.FACILITATOR)
    both = CodePolarity("physical_opportunity", Polarity.BOTH)
    events = decided(path)
    assert [e.codes for e in events] == [(BUS,), (), (both, social)]
    assert [e.memo for e in events] == ["=why?", "", ""]
    for e, row in zip(events, (0, 2, 4), strict=True):
        assert (e.start, e.end) == (sentences[row].start, sentences[row].end)
        assert (e.coder, e.reason, e.batch) == ("ANNA", Reason.PACKET, sent.packet)
        assert (e.assisted, e.origin) == (False, "review") and e.codebook
    with opened(path) as study:
        assert outstanding(study.store) == {"ANNA": {sentences[i].id for i in (1, 3, 5)}}


def test_reading_the_same_file_again_stores_nothing(path: Path) -> None:
    sent = send(path)
    first = receive(path, answer(sent.path, FILLED))
    before = state(path)
    again = receive(path, sent.path)
    assert (first.stored, again.stored, again.unchanged, again.unanswered) == (3, 0, 3, 3)
    assert state(path) == before


def test_an_unfinished_packet_may_come_twice(path: Path) -> None:
    """What is new in the second return is stored; what stands already is left."""
    sent = send(path)
    receive(path, answer(sent.path, FILLED))
    found = receive(path, answer(sent.path, {1: {"code 1": OPPORTUNITY, "polarity 1": "b"}}))
    assert (found.stored, found.unchanged, found.unanswered) == (1, 3, 2)


CODES = st.sampled_from([
    ("physical_opportunity", "Physical opportunity"), ("social_opportunity", "social opportunity"),
    ("reflective_motivation", "Reflective motivation"),
])  # fmt: skip
POLARITIES = st.sampled_from([p for p in Polarity if p])
ANSWERS = st.lists(st.tuples(CODES, POLARITIES), max_size=3, unique_by=lambda c: c[0])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.dictionaries(st.integers(0, 5), ANSWERS, min_size=1),
    order=st.permutations(range(6)),
    suffix=st.sampled_from(["xlsx", "csv"]),
)
def test_any_answers_in_any_order_come_back_exactly(
    answers: dict[int, list[tuple[tuple[str, str], Polarity]]],
    order: Sequence[int],
    suffix: str,
    path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Through a real file, rows shuffled."""
    import shutil

    study = Path(shutil.copytree(path, tmp_path_factory.mktemp("one") / "study"))
    sent = send(study, f"anna.{suffix}")
    cells = {
        row: {
            key: text
            for k, ((_, label), polarity) in enumerate(codes, 1)
            for key, text in ((f"code {k}", label), (f"polarity {k}", polarity.value))
        }
        or {"nothing applies": "yes"}
        for row, codes in answers.items()
    }
    rearrange(sent.path, cells, order)
    found = receive(study, sent.path)
    assert (found.problems, found.stored) == ((), len(answers))
    with opened(study) as opened_study:
        sentences = [s for s in opened_study.store.sentences() if s.codable]
    assert {(e.start, frozenset(e.codes)) for e in decided(study)} == {
        (sentences[row].start, frozenset(CodePolarity(c, p) for (c, _), p in codes))
        for row, codes in answers.items()
    }


def rearrange(file: Path, cells: Mapping[int, Mapping[str, str]], order: Sequence[int]) -> None:
    """Answer and shuffle the rows of a packet of either kind."""
    if file.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
    else:
        book = openpyxl.load_workbook(file)
        rows = [["" if v is None else str(v) for v in r] for r in book[CODE_THESE].values]
    header, body = rows[0], rows[1:]
    for row, filled in cells.items():
        for name, text in filled.items():
            body[row][header.index(name)] = text
    shuffled = [header, *(body[i] for i in order)]
    if file.suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=";").writerows(shuffled)
        return
    for number, row in enumerate(shuffled, 1):
        for column, text in enumerate(row, 1):
            cell = book[CODE_THESE].cell(number, column)
            cell.value, cell.data_type = text, "s"
    book.save(file)


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-16", ",")],
)
def test_csv_as_spreadsheets_save_it(encoding: str, delimiter: str, path: Path) -> None:
    """Signs and quotation marks of the sentence survive, or are known for what they became."""
    sent = send(path, "anna.csv")
    rows = list(csv.reader(io.StringIO(sent.path.read_bytes().decode("utf-8-sig"), newline="")))
    assert [r[rows[0].index("SENTENCE")] for r in rows[1:5]] == [f"'{s}" for s in SAID[:4]]
    for row, cells in FILLED.items():
        for header, text in cells.items():
            rows[row + 1][rows[0].index(header)] = text
    rows[2][rows[0].index("code 1")] = "Phyical opportunity; habits"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    sent.path.write_bytes(out.getvalue().encode(encoding))
    found = receive(path, sent.path)
    assert found.stored == 3
    assert {p.where for p in found.problems} == {"anna.csv!G3"}
    said = {"cp1252": ["Windows-1252"], "utf-16": ["UTF-16"]}.get(encoding, [])
    assert len(found.notes) == len(said)
    assert all(word in note for word, note in zip(said, found.notes, strict=True))


def test_every_problem_of_a_workbook_has_its_cell_and_the_rest_is_stored(path: Path) -> None:
    """Misspelt, half given, contradictory, edited: four lines; two good rows are taken."""
    sent = send(path)
    answer(sent.path, {
        0: {"code 1": "Physical oportunity", "polarity 1": "b"},
        1: {"code 1": OPPORTUNITY},
        2: {"code 3": OPPORTUNITY, "polarity 3": "b", "nothing applies": "yes"},
        3: {"SENTENCE": "I remember it all.", "nothing applies": "yes"},
        4: {"nothing applies": "yes"},
        5: {"nothing applies": "x"},
    })  # fmt: skip
    found = receive(path, sent.path)
    assert [p.where for p in found.problems] == [
        where(sent.path, 0, "code 1"), where(sent.path, 1, "polarity 1"),
        where(sent.path, 2, "nothing applies"), where(sent.path, 3, "SENTENCE"),
    ]  # fmt: skip
    assert "did you mean 'Physical opportunity'?" in found.problems[0].mend
    assert (found.stored, found.nothing, found.unanswered) == (2, 2, 0)


def test_an_answer_against_a_later_decision_is_kept_apart(path: Path) -> None:
    """The standing decision stays; the same answer is listed, once, however often it comes."""
    sent = send(path)
    with opened(path) as study:
        s = items(study)[0].sentence
        study.store.append(
            [Event(EventKind.DECISION, "ANNA", s.transcript_id, s.start, s.end, memo="in the app")]
        )
        assert s.id not in outstanding(study.store)["ANNA"]
    answer(sent.path, FILLED)
    for new in (True, False):
        found = receive(path, sent.path)
        (apart,) = found.aside
        assert (apart.cell, apart.text, apart.new) == (where(sent.path, 0, "code 1"), SAID[0], new)
        assert apart.answer == "Physical opportunity, barrier (memo: =why?)"
        assert apart.stands == "nothing applies (memo: in the app)"
        assert "otherwise" in apart.why and "--coder ANNA" in found.settle
        assert found.stored == (2 if new else 0)
    with opened(path) as study:
        (row,) = study.store.aside()
        assert (
            row["codes"] == [["physical_opportunity", "barrier"]] and row["packet"] == sent.packet
        )
        assert study.human_codes(study.store.sentences()).read >= {(s.id, "ANNA")}
    assert [e.codes for e in decided(path) if e.start == s.start] == [()]


def test_what_another_coder_decided_stands_against_nothing(path: Path) -> None:
    sent = send(path)
    with opened(path) as study:
        s = items(study)[0].sentence
        study.store.append([Event(EventKind.DECISION, "BEN", s.transcript_id, s.start, s.end)])
    assert receive(path, answer(sent.path, FILLED)).stored == 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"polarity 1": "facilitator"}, "otherwise"),
        ({"memo": "on second thoughts"}, "another memo"),
    ],
)
def test_a_changed_second_return_revises_nothing(
    change: dict[str, str], why: str, path: Path
) -> None:
    """Which return is the later word is for the coder to say, in a review."""
    sent = send(path)
    receive(path, answer(sent.path, FILLED))
    found = receive(path, answer(sent.path, {0: change}))
    assert (found.stored, found.unchanged) == (0, 2)
    assert why in found.aside[0].why
    assert decided(path)[0].codes == (BUS,)


def test_an_answer_taken_back_since_does_not_return_by_itself(path: Path) -> None:
    sent = send(path)
    receive(path, answer(sent.path, FILLED))
    gone = decided(path)[0]
    with opened(path) as study:
        undo = Event(
            EventKind.UNDO, "ANNA", gone.transcript_id, gone.start, gone.end, undoes=gone.seq
        )
        study.store.append([undo])
        assert gone.start not in {
            int(i.split(":")[1].split("-")[0]) for i in outstanding(study.store)["ANNA"]
        }
    found = receive(path, sent.path)
    assert (found.stored, found.unchanged, len(found.aside)) == (0, 2, 1)
    assert (found.aside[0].stands, found.aside[0].why[-16:]) == ("undecided", "taken back since")


def test_a_sentence_answered_twice_differently_is_kept_apart_both_times(path: Path) -> None:
    sent = send(path)
    answer(sent.path, FILLED)
    book = openpyxl.load_workbook(sent.path)
    sheet = book[CODE_THESE]
    copied = [c.value for c in sheet[2]]
    copied[[c.value for c in sheet[1]].index("polarity 1")] = "facilitator"
    for column, value in enumerate(copied, 1):
        cell = sheet.cell(9, column, value)
        cell.data_type = "s" if isinstance(value, str) else cell.data_type
    book.save(sent.path)
    found = receive(path, sent.path)
    assert (found.stored, [a.new for a in found.aside]) == (2, [True, True])
    assert {a.cell for a in found.aside} == {f"{CODE_THESE}!G2", f"{CODE_THESE}!G9"}


# -- what the machine had to say -------------------------------------------------------------------


def test_suggestions_are_shown_on_demand_stored_as_shown_and_make_answers_assisted(
    path: Path,
) -> None:
    """Never beside the audit sample, whose answers keep their reason and stay unassisted."""
    sent = send(path, suggestions=True, reasons={2: Reason.AUDIT, 4: Reason.OVERLAP})
    sheet = openpyxl.load_workbook(sent.path)[CODE_THESE]
    at = [c.value for c in sheet[1]].index("the machine suggests")
    shown = [row[at] for row in list(sheet.values)[1:]]
    hint = "Physical opportunity, barrier (80%)"
    assert shown == [hint, hint, None, hint, None, hint]
    with opened(path) as study:
        events = [e for e in study.store.events() if e.kind is EventKind.SHOWN]
    assert [(e.codes, e.confidence, e.model, e.batch) for e in events] == [
        ((BUS,), (0.8,), "m1", sent.packet)
    ] * 4
    receive(path, answer(sent.path, FILLED))
    assert [(e.assisted, e.reason) for e in decided(path)] == [
        (True, Reason.PACKET), (False, Reason.AUDIT), (False, Reason.PACKET),
    ]  # fmt: skip


def test_a_suggestion_seen_elsewhere_makes_the_answer_assisted_too(path: Path) -> None:
    sent = send(path)
    with opened(path) as study:
        s = items(study)[0].sentence
        shown = Event(EventKind.SHOWN, "ANNA", s.transcript_id, s.start, s.end, (BUS,))
        study.store.append([shown])
    receive(path, answer(sent.path, FILLED))
    assert [e.assisted for e in decided(path)] == [True, False, False]


def test_without_being_asked_for_no_suggestion_leaves_the_house(path: Path) -> None:
    """Nothing of it in any part of the file, and nothing is stored as shown."""
    sent = send(path)
    with zipfile.ZipFile(sent.path) as archive:
        assert not any(
            b"80%" in archive.read(n) or b"suggests" in archive.read(n) for n in archive.namelist()
        )
    with opened(path) as study:
        assert study.store.events() == ()


def test_probes_stay_at_home(path: Path) -> None:
    """A planted suggestion cannot be met on paper: the sentence is left out, and said to be."""
    with opened(path) as study:
        first, second, *_ = items(study)
        assert first.suggestion
        planted = replace(first, suggestion=replace(first.suggestion, planted=True))
        sent = write_packet(study, [planted, second], coder="ANNA", path=path.parent / "a.xlsx")
        assert (sent.rows, len(sent.left_out)) == (1, 1)
        with pytest.raises(TooLittleError):
            write_packet(study, [planted], coder="ANNA", path=path.parent / "b.xlsx")


# -- the file --------------------------------------------------------------------------------------


def test_the_workbook_is_made_for_a_coder(path: Path) -> None:
    """Text stays text, headers freeze, long texts wrap, lists drop down, and it prints on A4."""
    sheet = openpyxl.load_workbook(send(path).path)[CODE_THESE]
    headers = [c.value for c in sheet[1]]
    said = sheet.cell(2, headers.index("SENTENCE") + 1)
    assert (said.value, said.data_type, said.quotePrefix) == (SAID[0], "s", True)
    assert said.alignment.wrap_text and sheet.freeze_panes == "A2"
    assert sheet.cell(2, headers.index("memo") + 1).number_format == "@"
    lists = {
        str(v.sqref): (v.formula1, v.errorStyle) for v in sheet.data_validations.dataValidation
    }
    assert lists["G2:G7"] == ("'Codes'!$B$2:$B$7", "warning") and len(lists) == 7
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.print_title_rows == "$1:$1"
    last = sheet.cell(1, headers.index(ID) + 1)
    assert last.font.color is not None or sheet.cell(2, last.column).font.color.rgb == "00767676"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(7, len(headers)).coordinate}"
    assert not sheet.column_dimensions["Q"].hidden


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"name": "anna.docx"}, UsageError, "end it in .xlsx or .csv"),
        ({"name": "taken.xlsx"}, UsageError, "may hold answers"),
        ({"name": "taken.xlsx/anna.xlsx"}, InputError, "cannot be written"),
    ],
)
def test_a_packet_that_cannot_be_written_was_never_sent(
    options: dict[str, str], error: type[Exception], words: str, path: Path
) -> None:
    (path.parent / "taken.xlsx").write_bytes(b"answers")
    before = state(path)
    with pytest.raises(error) as refused:
        send(path, **options)
    assert words in f"{refused.value} {getattr(refused.value, 'mend', '')}"
    assert state(path) == before
    assert (path.parent / "taken.xlsx").read_bytes() == b"answers"


def test_a_study_that_never_suggests_sends_no_suggestions(path: Path) -> None:
    file = path / "precode.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('\nsuggestion = "after"\n', '\nsuggestion = "never"\n'), "utf-8")
    with pytest.raises(UsageError, match="never shows suggestions"):
        send(path, suggestions=True)


def test_one_coders_packet_is_not_read_as_anothers(path: Path) -> None:
    """By the option, and by the name in the workbook."""
    sent = send(path)
    answer(sent.path, FILLED)
    with pytest.raises(UsageError, match="sent to ANNA, not to BEN"):
        receive(path, sent.path, coder="BEN")
    book = openpyxl.load_workbook(sent.path)
    (cell,) = (row[1] for row in book["How to"].iter_rows() if row[0].value == "coder")
    cell.value = "Ben"
    book.save(sent.path)
    with pytest.raises(InputError, match="names Ben as coder"):
        receive(path, sent.path)
    assert decided(path) == []


def test_a_packet_of_another_study_is_refused(path: Path, tmp_path: Path) -> None:
    """Even of the same transcripts: which study an answer belongs to is not guessed."""
    import shutil

    other = Path(shutil.copytree(path, tmp_path / "other"))
    sent = send(other)
    with pytest.raises(InputError, match="which this study has not sent out") as refused:
        receive(path, answer(sent.path, FILLED))
    assert "--study" in refused.value.mend


def test_a_table_that_is_no_packet_and_a_damaged_file(path: Path) -> None:
    file = path.parent / "x.csv"
    file.write_text("source,text\na,b\n", "utf-8")
    with pytest.raises(InputError, match="is no packet"):
        receive(path, file)
    sent = send(path)
    data = sent.path.read_bytes()
    sent.path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="damaged"):
        receive(path, sent.path)


def test_formulas_count_as_their_result_and_never_as_nothing(path: Path) -> None:
    """A result the file lacks is a problem with its cell; one that is there is taken."""
    sent = send(path)
    answer(sent.path, {0: {"polarity 1": "b"}})
    answer(sent.path, {0: {"code 1": "=G9"}, 1: {"nothing applies": '="yes"'}}, kind="f")

    def calculated(xml: bytes) -> bytes:
        return re.sub(
            rb'(<c r="M3"[^>]*)><f>"yes"</f><v></v>', rb'\1 t="str"><f>"yes"</f><v>yes</v>', xml
        )

    patched = repack(sent.path, calculated)
    found = receive(path, patched)
    assert [(p.where, p.what) for p in found.problems] == [
        (where(sent.path, 0, "code 1"), "a formula without a result")
    ]
    assert (found.stored, found.nothing) == (1, 1)


def repack(file: Path, change: Any) -> Path:
    """``file`` with the XML of its first sheet changed."""
    with zipfile.ZipFile(file) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    changed = change(parts[name])
    assert changed != parts[name]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, data in {**parts, name: changed}.items():
            archive.writestr(n, data)
    return file


def test_a_sheet_that_claims_a_million_rows_is_read_for_what_it_holds(path: Path) -> None:
    sent = send(path)
    answer(sent.path, FILLED)
    repack(
        sent.path,
        lambda x: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', x),
    )
    assert receive(path, sent.path).stored == 3


def test_a_bomb_is_not_unpacked(path: Path) -> None:
    sent = send(path)
    repack(sent.path, lambda x: x.replace(b"</sheetData>", b" " * 60_000_000 + b"</sheetData>"))
    with pytest.raises(InputError, match="unpacks to"):
        receive(path, sent.path)


def test_answers_are_stored_all_or_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure between decisions and set-aside answers leaves the study as it was."""
    sent = send(path)
    answer(sent.path, FILLED)
    from precode.study.store import Store

    def fails(*_: object) -> int:
        raise RuntimeError("power cut")

    monkeypatch.setattr(Store, "set_aside", fails)
    before = state(path).tables
    with pytest.raises(RuntimeError):
        receive(path, sent.path)
    assert state(path).tables == before


def test_a_sentence_inside_a_wider_decision_is_answered(path: Path) -> None:
    """A decision over several sentences counts for each: the same answer changes nothing."""
    sent = send(path)
    with opened(path) as study:
        first = items(study)[0].sentence
        wide = Event(
            EventKind.DECISION, "ANNA", first.transcript_id, first.start, first.end + 1, (BUS,),
            memo="=why?",
        )  # fmt: skip
        study.store.append([wide])
        assert (
            Sentence.make_id(first.transcript_id, first.start, first.end)
            not in outstanding(study.store)["ANNA"]
        )
    found = receive(path, answer(sent.path, FILLED))
    assert (found.stored, found.unchanged, found.aside) == (2, 1, ())


def test_what_was_decided_and_taken_back_before_a_packet_is_out_with_it(path: Path) -> None:
    """Only an answer since counts as one; other coders' packets are their own."""
    with opened(path) as study:
        s = items(study)[0].sentence
        (old,) = study.store.append(
            [Event(EventKind.DECISION, "ANNA", s.transcript_id, s.start, s.end)]
        )
        undo = Event(EventKind.UNDO, "ANNA", s.transcript_id, s.start, s.end, undoes=old.seq)
        study.store.append([undo])
        assert outstanding(study.store) == {}
    sent = send(path)
    with opened(path) as study:
        assert s.id in outstanding(study.store)["ANNA"] and "BEN" not in outstanding(study.store)
    assert receive(path, answer(sent.path, FILLED)).stored == 3

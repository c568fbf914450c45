"""Studies out as REFI-QDA projects and in again: nothing shifts, nobody is mistaken for another."""

from __future__ import annotations

import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import ANNA, TALK, packed, project, selection, source
from running import run
from studies import BEHAVIOUR, state

from precode.codings.history import fold
from precode.domain import CodePolarity, Event, EventKind, Polarity
from precode.exchange.refi_read import read_refi
from precode.steps.add import add
from precode.steps.codes import import_codes
from precode.steps.exchange.outgoing import Choice, project_of
from precode.steps.exchange.projects import material
from precode.steps.export import export
from precode.steps.init import init
from precode.steps.opening import open_study

CODES = ("physical_opportunity", "social_opportunity", "reflective_motivation")


def standing(study: Path) -> dict[str, object]:
    """What a round trip must keep: texts, turns, sentences, people, who coded what, who read what."""
    with open_study(study, verb="status", write=False) as s:
        sentences = s.store.sentences()
        human = s.human_codes(sentences)
        return {
            "transcripts": s.store.transcripts(),
            "turns": s.store.turns(),
            "sentences": sentences,
            "participants": s.store.participants(),
            "codings": sorted(
                (c.sentence_id, c.coder, c.code, c.polarity.value, c.assisted)
                for c in human.codings
            ),
            "read": human.read,
            "assisted": human.assisted,
        }


def through(study: Path, folder: Path) -> Path:
    """A new study made of the export of ``study``, which is ``folder/out.qdpx``."""
    export(study, out=folder / "out.qdpx")
    init(new := folder / "new", behaviour=BEHAVIOUR)
    add(new, [folder / "out.qdpx"])
    import_codes(new, [folder / "out.qdpx"])
    return new


def edited(path: Path, *changes: tuple[str, str]) -> Path:
    """``path`` with its XML changed as another program would, each pattern once."""
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    xml = parts.pop("project.qde").decode()
    for pattern, to in (*changes, (r'origin="[^"]*"', 'origin="NVivo 14"')):
        xml, n = re.subn(pattern, to, xml, count=1, flags=re.DOTALL)
        assert n == 1, pattern
    return packed(path.with_name("edited.qdpx"), xml, parts)


# -- round trip ------------------------------------------------------------------------------------


def test_a_study_goes_out_and_comes_back(coded_study: Path, tmp_path: Path) -> None:
    """Identical texts, people with attributes, coders, codings, readings."""
    people = tmp_path / "people.csv"
    people.write_text('source,label,age,job\ninterview-1,P1,33,"nurse, ""night"" & day"\n')
    assert run("add", "--study", coded_study, "--attributes", people).code == 0
    before = standing(coded_study)
    assert len(before["codings"]) > 40  # type: ignore[arg-type]
    assert standing(through(coded_study, tmp_path)) == before


SPEECH = st.text(
    st.sampled_from("abc .,?\u0301\u00e9\U0001f600\U0001d4b3漢\u2028\u00a0'’"),
    min_size=1,
    max_size=40,
)
LINES = st.lists(st.tuples(st.sampled_from(["INT", "P1", "P2"]), SPEECH), min_size=4, max_size=10)
GIVEN = st.lists(
    st.builds(CodePolarity, st.sampled_from(CODES), st.sampled_from(list(Polarity))),
    max_size=3, unique_by=lambda c: c.code,
)  # fmt: skip


@given(talks=st.lists(LINES, min_size=1, max_size=2), end=st.sampled_from(["\n", "\r\n", "\r"]),
       data=st.data())  # fmt: skip
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_study_goes_out_and_comes_back(
    talks: list[list[tuple[str, str]]], end: str, data: st.DataObject
) -> None:
    """Emoji, combining marks, CRLF; passages that overlap, touch and repeat; decisions over them,
    some after a suggestion; readings without codes; polarities of every kind.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = []
        for i, talk in enumerate(talks):
            # A speaker and words that every line has, so that each is a turn of its own.
            text = "".join(f"{who}: Well {n} {said}{end}" for n, (who, said) in enumerate(talk))
            files.append(folder / f"talk {i}.txt")
            files[-1].write_bytes((text + f"INT: Talk {i}?{end}P1: Yes.{end}").encode())
        init(study := folder / "old", behaviour=BEHAVIOUR)
        add(study, files)
        with open_study(study, verb="test", write=True) as s:
            sentences = [x for x in s.store.sentences() if x.codable]
            texts = {t.id: t.text for t in s.store.transcripts()}
            events: list[Event] = []
            for _ in range(data.draw(st.integers(0, 8))):
                at = data.draw(st.sampled_from(sentences))
                coder = data.draw(st.sampled_from(["ANNA", "Bén & Co <1>"]))
                kind = data.draw(
                    st.sampled_from(["excerpt", "excerpt", "decision", "read", "shown"])
                )
                codes = tuple(data.draw(GIVEN))
                if kind == "excerpt":
                    size = len(texts[at.transcript_id])
                    start = data.draw(st.integers(0, size - 1))
                    stop = data.draw(st.integers(start + 1, size))
                    events.append(
                        Event(EventKind.EXCERPT, coder, at.transcript_id, start, stop, codes)
                    )
                elif kind == "read":
                    events.append(Event(EventKind.READ, coder, at.transcript_id, at.start, at.end))
                else:
                    place = (coder, at.transcript_id, at.start, at.end)
                    if kind == "shown":
                        events.append(Event(EventKind.SHOWN, *place, codes))
                        codes = codes if data.draw(st.booleans()) else tuple(data.draw(GIVEN))
                    events.append(
                        Event(EventKind.DECISION, *place, codes, assisted=kind == "shown")
                    )
            s.store.append(events)
            human = fold(events, s.store.sentences(), overlap=s.settings.codings.overlap)
        if not human.read:
            return  # nothing to export
        assert standing(through(study, folder)) == standing(study)


def test_valid_and_the_same_each_time(trained_study: Path, tmp_path: Path, shared: Path) -> None:
    """A study with people's and the machine's codes, by the published schema; twice the same bytes."""
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(shared / "refi-qda" / "Project-mrt2019.xsd"))
    for name in ("a.qdpx", "b.qdpx"):
        assert run("export", "--study", trained_study, "--out", tmp_path / name).code == 0
    assert (tmp_path / "a.qdpx").read_bytes() == (tmp_path / "b.qdpx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        schema.assertValid(etree.fromstring(archive.read("project.qde")))


# -- out -------------------------------------------------------------------------------------------


def test_people_and_machine_are_users_of_their_own(trained_study: Path, tmp_path: Path) -> None:
    """The machine's codings say how sure it was, and which model; polarity is a child of its code."""
    out = tmp_path / "out.qdpx"
    assert run("export", "--study", trained_study, "--format", "qdpx", "--out", out).code == 0
    made = read_refi(out)
    names = {c.id: c.name for c in made.coders}
    assert set(names.values()) == {"ANNA", "BEN", "precode (machine)"}
    by_machine = [s for s in made.selections if names[s.coder] == "precode (machine)"]
    assert by_machine
    assert all(
        re.search(r"Confidence [01]\.\d\d; verdict: \w+; model: ", s.note) for s in by_machine
    )
    paths = {made.path(s.code) for s in made.selections}
    assert ("Opportunity", "Physical opportunity", "Barrier") in paths
    people = tmp_path / "people.qdpx"
    run("export", "--study", trained_study, "--out", people, "--human-only", "--coder", "BEN")
    assert [c.name for c in read_refi(people).coders] == ["BEN"]
    run("export", "--study", trained_study, "--out", people, "--code", "nose").refused(2, "nose")


def test_what_was_accepted_from_the_machine(coded_study: Path, tmp_path: Path) -> None:
    """A code taken over from a suggestion belongs to "machine, accepted by NAME"; one that the coder
    had before, or chose against it, to the coder.
    """
    bus, sister = (CodePolarity(c, Polarity.BARRIER) for c in CODES[:2])
    with open_study(coded_study, verb="test", write=True) as s:
        at = next(x for x in s.store.sentences() if x.codable)
        place = ("CARL", at.transcript_id, at.start, at.end)
        s.store.append([
            Event(EventKind.DECISION, *place, (sister,)),
            Event(EventKind.SHOWN, *place, (bus, sister)),
            Event(EventKind.DECISION, *place, (bus, sister), assisted=True),
        ])  # fmt: skip
    before = standing(coded_study)
    new = through(coded_study, tmp_path)
    made = read_refi(tmp_path / "out.qdpx")
    names = {c.id: c.name for c in made.coders}
    his = {
        names[s.coder]: made.path(s.code)[1] for s in made.selections if "CARL" in names[s.coder]
    }
    assert his == {
        "machine, accepted by CARL": "Physical opportunity", "CARL": "Social opportunity"
    }  # fmt: skip
    assert standing(new) == before


def test_what_is_coded_apart_stays_at_home(coded_study: Path) -> None:
    """What people gave sentences that others are still to code blind is in no export; what was coded
    together with them keeps its part.
    """
    with open_study(coded_study, verb="test", write=False) as s:
        m = material(s)
    hidden = {s.id: s for s in m.sentences if s.transcript_id == m.transcripts[0].id}
    made = project_of(replace(m, hidden=frozenset(hidden)), Choice())
    assert made.selections
    assert m.transcripts[0].id not in {s.source for s in made.selections}
    assert not [t for t, _ in made.notes if t == f"source {m.transcripts[0].name}"]


def test_codebook_out(coded_study: Path, tmp_path: Path) -> None:
    assert run("export", "--study", coded_study, "--out", tmp_path / "c.qdc").code == 0
    made = read_refi(tmp_path / "c.qdc")
    assert ("Opportunity", "Physical opportunity", "Facilitator") in {
        made.path(c.id) for c in made.codes
    }


# -- edited elsewhere ------------------------------------------------------------------------------


def test_unchanged_changes_nothing(coded_study: Path, tmp_path: Path) -> None:
    """What comes back as it went adds no event."""
    export(coded_study, out=tmp_path / "out.qdpx")
    before = state(coded_study).tables["event"]
    done = import_codes(coded_study, [edited(tmp_path / "out.qdpx")])
    assert (done.new, done.changes) == (0, ())
    assert state(coded_study).tables["event"] == before


def test_a_coding_removed_and_one_added(coded_study: Path, tmp_path: Path) -> None:
    """Each becomes a decision of the coder who made it, said in words; a second reading of the same
    file adds nothing, and what was coded here since stays.
    """
    export(coded_study, out=tmp_path / "out.qdpx")
    made = read_refi(tmp_path / "out.qdpx")
    names = {c.id: c.name for c in made.coders}
    ours = standing(coded_study)["codings"]
    gone = next(s for s in made.selections if names[s.coder] == "ANNA")
    other = next(
        c for c in made.codes if made.path(c.id)[1:] == ("Automatic motivation", "Unclear")
    )
    taken = rf'<Coding guid="[^"]*" creatingUser="{gone.coder}"[^>]*><CodeRef targetGUID="{gone.code}" /></Coding>'
    added = (
        f'<Coding guid="12345678-1234-1234-1234-123456789abc" creatingUser="{gone.coder}">'
        f'<CodeRef targetGUID="{other.id}"/></Coding>'
    )
    with open_study(coded_study, verb="test", write=True) as s:
        at = [x for x in s.store.sentences() if x.codable][-1]
        since = (CodePolarity(CODES[0], Polarity.BARRIER),)
        s.store.append(
            [Event(EventKind.DECISION, "BEN", at.transcript_id, at.start, at.end, since)]
        )
    file = edited(tmp_path / "out.qdpx", (taken, added))
    done = import_codes(coded_study, [file])
    (change,) = done.changes
    assert change.coder == "ANNA"
    assert change.added == ("automatic_motivation (unclear)",)
    (was,) = change.removed
    new = standing(coded_study)["codings"]
    assert isinstance(ours, list)
    assert isinstance(new, list)
    assert len(set(ours) - set(new)) == 1
    assert {x[1:4] for x in set(new) - set(ours)} == {
        ("ANNA", "automatic_motivation", "unclear"), ("BEN", CODES[0], "barrier")
    }  # fmt: skip
    assert next(iter(set(ours) - set(new)))[2] in was
    with open_study(coded_study, verb="test", write=False) as s:
        last = s.store.events()[-1]
    assert (last.kind, last.coder, last.memo) == (EventKind.DECISION, "ANNA", "edited in NVivo 14")
    again = import_codes(coded_study, [file])
    assert (again.new, again.changes) == (0, ())


def test_all_codings_removed(coded_study: Path, tmp_path: Path) -> None:
    """A project that comes back without any coding takes them all away, one decision a sentence."""
    export(coded_study, out=tmp_path / "out.qdpx")
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    xml = re.sub(r"<Coding .*?</Coding>", "", parts.pop("project.qde").decode())
    before = standing(coded_study)
    done = import_codes(coded_study, [packed(tmp_path / "none.qdpx", xml, parts)])
    after = standing(coded_study)
    assert after["codings"] == []
    assert after["read"] == before["read"]
    assert len(done.changes) == len({c[:2] for c in before["codings"]})  # type: ignore[attr-defined]


def test_what_cannot_be_placed_was_not_removed(coded_study: Path, tmp_path: Path) -> None:
    """Selections that another program spoilt, and sources that it left out, take nothing away."""
    export(coded_study, out=tmp_path / "out.qdpx")
    before = standing(coded_study)
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    xml = parts.pop("project.qde").decode()
    spoilt = re.sub(r'startPosition="\d+"', 'startPosition="x"', xml)
    done = import_codes(coded_study, [packed(tmp_path / "spoilt.qdpx", spoilt, parts)])
    assert (done.new, done.changes) == (0, ())
    assert any("nothing was taken as removed" in n for n in done.notes)
    bare = {"sources/nothing.txt": b"nothing"}
    done = import_codes(coded_study, [packed(tmp_path / "bare.qdpx", xml, bare)])
    assert (done.new, done.changes) == (0, ())
    assert standing(coded_study) == before


def test_positions_of_ours_are_ours(coded_study: Path, tmp_path: Path) -> None:
    """However oddly people selected, what we wrote is read as written."""
    with open_study(coded_study, verb="test", write=True) as s:
        at = next(x for x in s.store.sentences() if x.codable)
        some = (CodePolarity(CODES[0], Polarity.BARRIER),)
        s.store.append([
            Event(EventKind.EXCERPT, "CARL", at.transcript_id, at.start + i, at.start + i + 1, some)
            for i in range(1, 40)
        ])  # fmt: skip
    before = standing(coded_study)
    assert standing(through(coded_study, tmp_path)) == before


def test_a_user_who_is_gone_has_removed_nothing(coded_study: Path, tmp_path: Path) -> None:
    """Programs that keep one user only do not wipe out what the others coded."""
    export(coded_study, out=tmp_path / "out.qdpx")
    made = read_refi(tmp_path / "out.qdpx")
    anna = next(c.id for c in made.coders if c.name == "ANNA")
    ben = next(c.id for c in made.coders if c.name == "BEN")
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    xml = parts.pop("project.qde").decode()
    xml = xml.replace(f'<User guid="{ben}" name="BEN" />', "")
    xml = re.sub(rf'<Coding guid="[^"]*" creatingUser="{ben}".*?</Coding>', "", xml)
    xml = re.sub(rf' creatingUser="{ben}"', f' creatingUser="{anna}"', xml)
    before = standing(coded_study)
    done = import_codes(coded_study, [packed(tmp_path / "one.qdpx", xml, parts)])
    assert standing(coded_study) == before
    assert any("BEN is no user" in n for n in done.notes)


def test_changed_here_and_there(coded_study: Path, tmp_path: Path) -> None:
    """Where a coder decided anew in both, what stands here stays, and it is said."""
    export(coded_study, out=tmp_path / "out.qdpx")
    made = read_refi(tmp_path / "out.qdpx")
    gone = next(s for s in made.selections if made.path(s.code)[-1] == "Barrier")
    to = next(
        c for c in made.codes if made.path(c.id) == (*made.path(gone.code)[:-1], "Facilitator")
    )
    who = next(c.name for c in made.coders if c.id == gone.coder)
    with open_study(coded_study, verb="test", write=True) as s:
        at = next(x for x in s.store.sentences() if x.codable and x.text in _passage(made, gone))
        s.store.append([Event(EventKind.DECISION, who, at.transcript_id, at.start, at.end)])
    before = standing(coded_study)
    pattern = rf'(creatingUser="{gone.coder}"[^>]*><CodeRef targetGUID="){gone.code}'
    done = import_codes(coded_study, [edited(tmp_path / "out.qdpx", (pattern, rf"\g<1>{to.id}"))])
    assert standing(coded_study) == before
    assert any("both here and there" in n for n in done.notes), done.notes


def _passage(made: object, s: object) -> str:
    text = next(x.text for x in made.sources if x.id == s.source)  # type: ignore[attr-defined]
    return str(text[s.start : s.end])  # type: ignore[attr-defined]


# -- projects of others ----------------------------------------------------------------------------


def test_a_foreign_project(empty_study: Path, tmp_path: Path) -> None:
    """Its sources become transcripts, its selections codings where its codes are ours, by label and
    polarity; the rest is counted by code. Its cases describe the participants.
    """
    codes = "".join(
        f'<Code guid="{c}" name="{name}" isCodable="true">{inner}</Code>'
        for c, name, inner in (
            ("a" * 8 + TALK[8:], "Not enough time", ""),
            ("b" * 8 + TALK[8:], "Barriers",
             f'<Code guid="{"c" * 8 + TALK[8:]}" name="Physical opportunity" isCodable="true"/>'),
            ("d" * 8 + TALK[8:], "social opportunity",
             f'<Code guid="{"e" * 8 + TALK[8:]}" name="Enablers" isCodable="true"/>'),
        )
    )  # fmt: skip
    xml = project(
        source(
            selection(21, 38, code="c" * 8 + TALK[8:], n=1)
            + selection(21, 38, code="e" * 8 + TALK[8:], n=2)
            + selection(21, 38, code="a" * 8 + TALK[8:], n=3)
            + selection(21, 28, code="a" * 8 + TALK[8:], n=4)
        ),
        before=f'<Users><User guid="{ANNA}" name="Anna"/></Users><CodeBook><Codes>{codes}</Codes></CodeBook>'
        f'<Variables><Variable guid="{"f" * 8 + TALK[8:]}" name="Age" typeOfVariable="Text"/></Variables>'
        f'<Cases><Case guid="{"0" * 8 + TALK[8:]}" name="Mrs. X"><VariableValue><VariableRef targetGUID='
        f'"{"f" * 8 + TALK[8:]}"/><TextValue>42</TextValue></VariableValue>'
        f'<SourceRef targetGUID="{TALK}"/></Case></Cases>',
    )
    file = packed(tmp_path / "theirs.qdpx", xml)
    refusal = run("codes", "--study", empty_study, file)
    refusal.refused(3, "Talk", "precode add")
    assert run("add", "--study", empty_study, file).code == 0
    ran = run("codes", "--study", empty_study, file)
    assert ran.code == 0, ran.err
    assert "Not enough time (2 codings)" in ran.out
    now = standing(empty_study)
    assert {c[1:4] for c in now["codings"]} == {  # type: ignore[attr-defined]
        ("Anna", "physical_opportunity", "barrier"), ("Anna", "social_opportunity", "facilitator")
    }  # fmt: skip
    assert [dict(p.attributes) for p in now["participants"]] == [{"Age": "42"}]  # type: ignore[attr-defined]


def test_a_project_of_other_texts(coded_study: Path, tmp_path: Path) -> None:
    """A title and other line ends move nothing, not even what stands in many places."""
    with open_study(coded_study, verb="test", write=False) as s:
        t = s.store.transcripts()[0]
        said = next(x for x in s.store.sentences() if x.codable).text
        last = t.text.rindex("INT:")
    theirs = "A title\r\n\r\n" + t.text.replace("\n", "\r\n") + "\r\nThe end"
    start = theirs.index(said)
    codes = (
        '<CodeBook><Codes><Code guid="'
        + ANNA
        + '" name="Social opportunity" isCodable="true"/></Codes></CodeBook>'
    )
    often = theirs.rindex("INT:")
    xml = project(
        source(
            selection(start, start + len(said), code=ANNA)
            + selection(often, often + 4, code=ANNA, n=2),
            name=f"{t.name}.docx",
        ),
        before=f'<Users><User guid="{ANNA}" name="Zoe"/></Users>' + codes,
    )
    file = packed(tmp_path / "theirs.qdpx", xml, {f"sources/{TALK}.txt": theirs.encode()})
    done = import_codes(coded_study, [file])
    assert (done.new, done.tallies[0].coder, done.tallies[0].exact) == (2, "Zoe", 2)
    with open_study(coded_study, verb="test", write=False) as s:
        found = [(e.start, t.text[e.start : e.end]) for e in s.store.events()[-2:]]
    assert found == [(t.text.index(said), said), (last, "INT:")]


def test_a_project_of_edited_texts(coded_study: Path, tmp_path: Path) -> None:
    """Where the transcript was edited there, passages are found by their words."""
    with open_study(coded_study, verb="test", write=False) as s:
        t = s.store.transcripts()[0]
        said = next(x for x in s.store.sentences() if x.codable).text
    theirs = t.text.replace("INT: And then, ", "Interviewer: And then - ")
    start = theirs.index(said)
    xml = project(source(selection(start, start + len(said)), name=t.name))
    file = packed(tmp_path / "theirs.qdpx", xml, {f"sources/{TALK}.txt": theirs.encode()})
    assert import_codes(coded_study, [file]).new == 1
    with open_study(coded_study, verb="test", write=False) as s:
        e = s.store.events()[-1]
    assert t.text[e.start : e.end] == said


def test_who_coded_must_be_known(coded_study: Path, tmp_path: Path) -> None:
    """A project of several users whose codings name none asks for --coder; nobody may be called what
    precode calls the consensus.
    """
    with open_study(coded_study, verb="test", write=False) as s:
        t = s.store.transcripts()[0]
        at = next(x for x in s.store.sentences() if x.codable)
    nameless = selection(at.start, at.end).replace(f' creatingUser="{ANNA}"', "")
    files = {f"sources/{TALK}.txt": t.text.encode()}
    file = packed(tmp_path / "nobody.qdpx", project(source(nameless)), files)
    run("codes", "--study", coded_study, file).refused(3, "1 codings name no coder", "--coder")
    assert run("codes", "--study", coded_study, file, "--coder", "CARL").code == 0
    assert "CARL" in {c[1] for c in standing(coded_study)["codings"]}  # type: ignore[attr-defined]
    taken = project(source(selection(at.start, at.end))).replace('"Anna"', '"Consensus"')
    file = packed(tmp_path / "taken.qdpx", taken, files)
    run("codes", "--study", coded_study, file).refused(3, "consensus")


def test_nothing_of_ours(coded_study: Path, tmp_path: Path) -> None:
    """A project none of whose codes is in the codebook is refused, code by code; the study stays."""
    file = packed(
        tmp_path / "theirs.qdpx",
        project(source(selection(21, 38), name="interview-1")).replace(
            "Physical opportunity", "Buses"
        ),
    )
    before = state(coded_study)
    run("codes", "--study", coded_study, file).refused(3, "Barriers > Buses", "1 codings")
    assert state(coded_study) == before

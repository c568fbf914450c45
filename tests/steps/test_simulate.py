"""``precode simulate``: the review replayed on invented, finished codings."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import studies
from coded_talk import training
from forking import Crash, forked
from hypothesis import given
from hypothesis import strategies as st
from running import run

import precode
from precode.active.pool import Rows
from precode.active.simulation import Curve, Fitted, Round, Task
from precode.audit.unread import Tally
from precode.domain import Role
from precode.model.features import fit_scaling
from precode.model.heads import fit_codes
from precode.settings import Audit
from precode.steps.learnt import learning
from precode.steps.learnt.learning import lesson
from precode.steps.opening import open_study, silent
from precode.steps.simulate import names, simulate
from precode.steps.simulation import fit
from precode.steps.simulation import runs as simulated_runs
from precode.steps.simulation.fit import SPEC, Learner
from precode.steps.simulation.result import Gap
from precode.steps.simulation.stops import Look, Looking, stops
from precode.steps.simulation.study import Split, hold_out
from precode.study.store import AuditRow

pytestmark = pytest.mark.usefixtures("fake_encoder")
QUICK = ("--seeds", 2, "--labels", 60)


@pytest.fixture(scope="session")
def _read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven interviews, six of them read to the end by ANNA and BEN."""
    folder = tmp_path_factory.mktemp("finished")
    talk = studies.write_interviews(folder / "interviews", count=7, replies=30)
    study = folder / "study"
    for arguments in (
        ("init", study, "--behaviour", studies.BEHAVIOUR),
        ("add", "--study", study, talk),
        ("codes", "--study", study, folder / "codings.csv", "--complete-all"),
    ):
        ran = run(*arguments)
        assert ran.code == 0, ran.err
    return study


@pytest.fixture
def again(_read: Path, tmp_path: Path) -> Path:
    """The same study in another folder."""
    return Path(shutil.copytree(_read, tmp_path / "again"))


@pytest.fixture
def study(_read: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_read, tmp_path / "my stüdy"))


def setting(study: Path, name: str, value: object) -> None:
    """Put ``value`` into the study's settings."""
    file = study / "precode.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = [i for i, line in enumerate(lines) if line.startswith(f"{name} = ")]
    lines[at[0]] = f"{name} = {value}"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def told(study: Path, *arguments: object) -> dict[str, Any]:
    """What ``simulate --json`` says, without the files' names."""
    ran = run("simulate", "--study", study, *QUICK, *arguments, "--json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    del found["files"]
    return found


def never(*_: object) -> Fitted:
    raise AssertionError("learned again")


# -- the verb --------------------------------------------------------------------------------------


def test_a_replay_learns_and_is_measured_against_random(study: Path) -> None:
    """More reading gives better scores, up to what reading everything gives."""
    found = told(study)
    assert (found["transcripts"], found["held_out"], found["replays"]) == (6, 2, 2)
    ours, random = found["result"]["lines"]
    assert (ours["strategy"], random["strategy"]) == ("default", "random")
    assert ours["labels"] == [20, 40, 60] == random["labels"]
    assert ours["mean"][0] < ours["mean"][-1] <= found["result"]["full"] + 0.1
    assert found["result"]["full"] > 0.5
    assert ours["area_gap"]["error"] >= 0
    assert random["area_gap"] is None
    assert all(low <= m + 1e-9 and m <= high + 1e-9 for low, m, high in zip(ours["low"], ours["mean"], ours["high"], strict=True))  # fmt: skip


def test_the_files_are_written_and_say_the_same(study: Path, tmp_path: Path) -> None:
    """A page, its chart, and a row for each strategy, replay, round and code."""
    found = told(study, "--out", tmp_path / "out")
    page = (tmp_path / "out" / "simulation.html").read_text(encoding="utf-8")
    chart = (tmp_path / "out" / "simulation.svg").read_text(encoding="utf-8")
    assert chart[chart.index("<svg ") :].strip() in page
    with (tmp_path / "out" / "simulation.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * 3 * (6 + 1)
    last = [
        float(r["f1"]) for r in rows
        if (r["strategy"], r["sentences_read"]) == ("default", "60") and "macro" in r["code"]
    ]  # fmt: skip
    assert np.mean(last) == pytest.approx(found["result"]["lines"][0]["mean"][-1])
    assert f"{np.mean(last):.3f}" in page


def test_people_are_told_in_tables_and_notes(study: Path) -> None:
    ran = run("simulate", "--study", study, *QUICK, "--strategy", "default,margin-diverse")
    assert ran.code == 0, ran.err
    for words in ("In this replay", "this study's queue", "margin, diverse", "random", "audited recall"):  # fmt: skip
        assert words in ran.out
    for words in ("coders' agreement limits", "random was added", "nothing real is judged"):
        assert words in ran.err
    assert ran.err.splitlines()[-1].startswith("next: precode review")


def test_every_strategy_has_a_name_to_call_it_by() -> None:
    assert {"default", "random", "margin", "as-reviewed", "embedding-k-means"} <= set(names())


def test_the_study_stays_as_it_is(study: Path) -> None:
    """A replay writes into reports/ and the cache alone."""
    before = studies.state(study)
    told(study)
    after = studies.state(study)
    assert after.tables == before.tables
    assert {n for n in after.files if after.files[n] != before.files.get(n)} == {
        f"reports/simulation.{kind}" for kind in ("html", "svg", "csv")
    }


def test_a_replay_starts_from_nothing_even_where_a_starter_is_at_hand(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No starter is asked: what it would add is no merit of a queue. That is said."""

    def asked(*_: object) -> object:
        raise AssertionError("a starter was asked")

    before = told(study, "--seeds", 1)
    monkeypatch.setattr(learning, "prior_of", asked)
    shutil.rmtree(study / "cache" / "simulate")
    assert told(study, "--seeds", 1) == before
    assert any("starts from nothing, without the starter" in n for n in before["notes"])


def test_fewer_sentences_than_asked_for_are_said(study: Path) -> None:
    found = told(study, "--labels", 5000, "--seeds", 1)
    assert found["labels"] == found["pool"] < 200
    assert any(f"only {found['pool']} sentences can be asked about" in n for n in found["notes"])


def test_the_audit_sample_is_replayed_too(study: Path) -> None:
    """What is kept from training is no reason to replay less: nothing real is judged."""
    every = told(study)["sentences"]
    with open_study(study, verb="test", write=True) as opened:
        human = opened.human_codes(opened.store.sentences())
        ids = sorted({i for i, _ in human.read})[:40]
        opened.store.freeze_audit(
            [AuditRow(i, i.partition(":")[0], place, 1) for place, i in enumerate(ids)]
        )
        kept_back = lesson(opened, progress=silent)
    assert len(kept_back.data.y) == every - 40
    assert told(study)["sentences"] == every


def test_transcripts_read_in_part_are_left_out(study: Path) -> None:
    """Two sentences of the seventh interview were read: it is no fair test."""
    whole = told(study)
    with open_study(study, verb="test", write=False) as opened:
        human = opened.human_codes(opened.store.sentences())
        read = {i.partition(":")[0] for i, _ in human.read}
        last = next(t for t in opened.store.transcripts() if t.id not in read)
        turns = [t for t in opened.store.turns()[last.id] if t.role is Role.PARTICIPANT]
        said = [last.text[t.start : t.end] for t in turns[:2]]
    rows = [(last.name, s, "social_opportunity", "barrier", "ANNA") for s in said]
    table = studies.write_table(
        study.parent / "more.csv", ["source", "excerpt", "code", "polarity", "coder"], *rows
    )
    assert run("codes", "--study", study, table).code == 0
    found = told(study)
    assert (found["sentences"], found["transcripts"]) == (whole["sentences"], 6)
    assert any(
        n.startswith("1 transcript of which only part was read is left out") for n in found["notes"]
    )


# -- kept, interrupted, repeated -------------------------------------------------------------------


def test_the_same_seed_gives_the_same_figures(study: Path, again: Path) -> None:
    """… in another folder too; another seed gives others."""
    found = told(study)
    assert told(again) == found
    assert told(again, "--seed", 2)["result"] != found["result"]


def test_what_is_finished_is_not_done_again(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for the same call, nor for the first replays of a longer one; settings change it."""
    found = told(study)
    monkeypatch.setattr(Learner, "__call__", never)
    assert told(study) == found
    fewer = told(study, "--seeds", 1)
    assert fewer["result"]["lines"][0]["area"] > 0
    setting(study, "min_positives", 4)
    with pytest.raises(AssertionError, match="learned again"):
        told(study)


def test_a_damaged_cache_is_made_again(study: Path) -> None:
    found = told(study)
    for number, file in enumerate(sorted((study / "cache" / "simulate").glob("*/*.json"))):
        text = file.read_text(encoding="utf-8")
        file.write_text(["", "{}", text[: len(text) // 2], "[1]"][number % 4], encoding="utf-8")
    assert told(study) == found


def test_after_ctrl_c_it_goes_on(study: Path, again: Path) -> None:
    """Stopped in the middle of the third replay: two are kept, and the figures are the same."""
    begun = 0

    def stop(what: str, done: int, total: int) -> None:
        nonlocal begun
        begun += what == "sentences read" and done == 0
        if begun == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(study, seeds=2, labels=60, rounds=stop)
    kept = {f.name for f in (study / "cache" / "simulate").glob("*/*.json")}
    assert kept == {"full-0.json", "default-0.json", "random-0.json", "full-1.json"}
    assert told(study) == told(again)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
@pytest.mark.parametrize("k", [3, 25])
def test_after_a_kill_it_goes_on(study: Path, again: Path, tmp_path: Path, k: int) -> None:
    """``kill -9`` at the k-th thing it does to the disk; the same call then gives what it would."""
    strike = Crash(study, k=k, log=tmp_path / "log")
    killed = forked("simulate", "--study", study, *QUICK, prepare=strike)
    assert killed.code == -9, killed.err
    assert told(study) == told(again)


# -- refusals --------------------------------------------------------------------------------------


def test_three_transcripts_are_too_few(coded_study: Path) -> None:
    run("simulate", "--study", coded_study).refused(5, "3 transcripts have been read", "needs 4")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--strategy", "best"), 2, ("'best'", "default, random")),
        (("--labels", 20), 2, ("nothing is learned",)),
        (("--start", 400, "--labels", 500), 5, ("too few to begin with 400",)),
        (("--coder", "DORA"), 2, ("'DORA'", "ANNA")),
    ],
)
def test_what_cannot_be_replayed_is_refused_in_a_line(
    study: Path, arguments: tuple[object, ...], code: int, words: tuple[str, ...]
) -> None:
    run("simulate", "--study", study, *arguments).refused(code, *words)


def test_codes_too_rare_to_score_are_refused(study: Path) -> None:
    setting(study, "floor", 500)
    ran = run("simulate", "--study", study, *QUICK)
    ran.refused(5, "no code has 500 coded sentences", "Social opportunity")


def test_a_file_is_no_folder_to_write_into(study: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("simulate", "--study", study, *QUICK, "--out", tmp_path / "file")
    ran.refused(2, "is a file")


# -- splits ----------------------------------------------------------------------------------------


@given(st.integers(4, 12), st.integers(0, 2**32 - 1))
def test_whole_transcripts_are_held_out_and_codes_are_on_both_sides(g: int, seed: int) -> None:
    """About a third of them, and a code that every transcript has is in the test and in the pool."""
    rng = np.random.default_rng(seed)
    groups = np.repeat([f"t{i}" for i in range(g)], rng.integers(3, 30, g))
    codes = rng.random((len(groups), 3)) < 0.2
    codes[np.unique(groups, return_index=True)[1]] = True
    held = hold_out(codes, groups, rng)
    out = set(groups[held])
    assert out.isdisjoint(groups[~held])
    assert len(out) == max(1, round(g / 3))
    assert codes[held].any(0).all()
    assert codes[~held].any(0).all()


def test_a_rare_code_is_spread_over_both_sides() -> None:
    """It is in three of nine transcripts: at random, both sides would have it in three of four
    splits; here, in all.
    """
    groups = np.repeat([f"t{i}" for i in range(9)], 10)
    rare = np.isin(groups, ["t0", "t4", "t8"])[:, None]
    sides = [hold_out(rare, groups, np.random.default_rng(seed)) for seed in range(40)]
    assert all(rare[held].any() and rare[~held].any() for held in sides)
    assert len({held.tobytes() for held in sides}) > 10


# -- the machine -----------------------------------------------------------------------------------


def test_the_machine_is_that_of_train(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its margins are the product's scores less a threshold of each code."""
    monkeypatch.setattr(fit, "least_of", lambda *args: np.zeros(3))
    data, _, _ = training(np.random.default_rng(3), n=120, k=3)
    rows = np.arange(0, 120, 2)
    fitted = Learner(data, 5, 5, 1)(rows)
    x = fit_scaling(data.raw, rows, SPEC).apply(data.raw)
    head = fit_codes(x.take(rows), data.y[rows], choice="many", c=SPEC.c)
    thresholds = head.scores(x) - fitted.margin
    assert np.ptp(thresholds, axis=0) == pytest.approx(0, abs=1e-4)
    assert np.abs(thresholds).max() > 0.01
    assert ((fitted.p > 0) & (fitted.p < 1)).all()
    assert fitted.polarity is not None
    assert fitted.polarity.shape == (120, 3, 2)


def test_the_machine_tells_as_train_does_where_nothing_applies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, _, _ = training(np.random.default_rng(3), n=120, k=3)
    rows = np.arange(0, 120, 2)
    before = Learner(data, 5, 5, 1)(rows)
    monkeypatch.setattr(fit, "least_of", lambda *args: np.full(3, 1e9))
    none = Learner(data, 5, 5, 1)(rows)
    assert (before.margin > 0).any()
    assert (none.margin < 0).all()
    assert np.array_equal(none.p, before.p)


def test_what_counts_is_what_was_read_not_in_which_order() -> None:
    data, _, _ = training(np.random.default_rng(4))
    learner, rows = Learner(data, 5, 5, 1), np.arange(60)
    ahead, back = learner(rows), learner(rows[::-1].copy())
    assert np.array_equal(ahead.margin, back.margin)


def test_a_code_with_too_few_examples_is_not_modelled() -> None:
    """Four sentences with the first code are one too few; with none, nothing is said at all."""
    data, _, _ = training(np.random.default_rng(5), n=120, rate=0.4)
    few = np.flatnonzero(data.y[:, 0] > 0)[:4]
    rows = np.concatenate([few, np.flatnonzero(data.y[:, 0] == 0)[:40]])
    margin = Learner(data, 5, 5, 1)(rows).margin
    assert np.isnan(margin).all(0).tolist() == [True, False, False]
    assert np.isnan(Learner(data, 5, 5, 1)(np.arange(3)).margin).all()


# -- stopping --------------------------------------------------------------------------------------


def look(modelled: int = 1, *, tallies: tuple[Tally, ...] = (), missed: int = 9) -> Look:
    return Look(modelled, 10, 10, 4, tallies, (missed,), (missed,))


def curve(*decisions: list[int]) -> Curve:
    """One code on four watched sentences, twenty read a round."""
    rounds = tuple(
        Round(20 * i, 0.5, (0.5,), (100 + i,), np.array(d, dtype=bool)[:, None])
        for i, d in enumerate(decisions, start=1)
    )
    return Curve((0, 1, 2, 3), rounds)


def test_settled_predictions_stop_after_three_equal_comparisons() -> None:
    """Before there is a model, that nothing is given twice does not count as settled."""
    same = [0, 1, 1, 0]
    run_ = curve([0] * 4, [0] * 4, [1] * 4, same, same, same, same)
    looks = [look(0), look(0), *[look()] * 5]
    settled, unchanged, audited = stops(run_, looks, labels=("A",), passages=(10,), audit=Audit())
    assert (settled.round, settled.read) == (6, 140)
    assert (unchanged.round, unchanged.missed) == (4, (9,))
    assert audited.round is None


def test_the_audits_rule_stops_where_its_bound_reaches_the_target() -> None:
    """It counts the audit's own reading, and says whether its promise was kept."""
    short, reached = Tally(30, 20, 60, 40, 100), Tally(30, 30, 90, 40, 100)
    looks = [look(), look(tallies=(short,)), look(tallies=(reached,), missed=15)]
    run_ = curve([0, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 1])
    kept = stops(run_, looks, labels=("A",), passages=(100,), audit=Audit())[2]
    assert (kept.round, kept.read, kept.kept) == (2, 60 + 4, True)
    broken = stops(run_, looks, labels=("A",), passages=(50,), audit=Audit())[2]
    assert broken.kept is False


def test_a_look_counts_what_nobody_holds() -> None:
    """Ten sentences with the code; two are read, the machine gives three more: five are missed, and
    four once the audit has read one of them.
    """
    n = 40
    y = np.zeros((n, 1))
    y[:10] = 1
    groups = np.repeat(["a", "b"], n // 2)
    pool: Rows = np.arange(30)
    task = Task(np.eye(n), y, "many", groups, pool, np.arange(30, n))
    audit = np.array([9, *range(15, 29)])
    watching = Looking(Split(task, np.array([True]), audit), every=3)
    margin = np.full((n, 1), -1.0)
    margin[2:5] = 1
    chosen = (0, 1, *range(10, 15), *range(31, 31))
    watching.look(Round(30, 0.5, (0.5,), chosen, np.zeros((0, 1), bool)), Fitted(margin, margin))
    found = watching.looks[0]
    assert (found.missed, found.missed_beside) == ((5,), (4,))
    assert (found.answered, found.extra, found.modelled) == (15, 15, 1)
    assert Look.from_json(json.loads(json.dumps(found.to_json()))) == found
    only = found.tallies[0]
    assert (only.passages, only.held, only.known) == (1, 0, 3)


def test_a_mean_of_one_replay_has_no_error() -> None:
    assert str(Gap(-0.0214, None)) == "−0.021"
    assert str(Gap(0.0214, 0.0053)) == "+0.021 ± 0.005"


def test_our_own_code_is_part_of_the_caches_key() -> None:
    """A curve is never taken for that of a strategy which has changed since."""
    for folder in simulated_runs.SOURCES:
        assert list((Path(precode.__file__).parent / folder).glob("*.py"))

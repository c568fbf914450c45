"""Simulated reviews: what is read, what is scored, and what survives a file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from precode.active.pool import Pool, Read, Rows
from precode.active.simulation import (
    Curve,
    Fitted,
    Round,
    Task,
    f1_by_code,
    from_json,
    run,
    to_json,
)
from precode.active.strategies import margin, random

CODES = 2


def make_task(n: int = 120) -> Task:
    """Two codes, each along an axis; every third sentence is held out."""
    v = np.random.default_rng(1).normal(size=(n, 4))
    v = (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32)
    y = (v[:, :CODES] > 0.3).astype(float)
    rows = np.arange(n)
    groups = np.array([f"t{i % 6}" for i in rows])
    return Task(v, y, "many", groups, rows[rows % 3 > 0], rows[rows % 3 == 0])


def learner(task: Task, asked: list[Rows] | None = None):  # type: ignore[no-untyped-def]
    """Least squares on the rows read, and nothing else."""

    def fit(rows: Rows) -> Fitted:
        if asked is not None:
            asked.append(rows)
        x = np.column_stack([task.vectors, np.ones(len(task.vectors))])
        w = np.linalg.lstsq(x[rows], 2 * task.y[rows] - 1, rcond=None)[0]
        z = 4 * (x @ w)
        return Fitted(1 / (1 + np.exp(-z)), z)

    return fit


def simulate(seed: int = 0, **more: int) -> Curve:
    task = make_task()
    options = {"start": 10, "batch": 5, "labels": 40} | more
    return run(
        task, margin, learner(task), rng=np.random.default_rng(seed), start=options["start"],
        batch=options["batch"], labels=options["labels"],
    )  # fmt: skip


def test_a_run_reads_its_start_then_batches_and_nothing_twice() -> None:
    curve = simulate()
    assert curve.labels == (10, 15, 20, 25, 30, 35, 40)
    read = [row for r in curve.rounds for row in r.chosen]
    assert len(read) == len(set(read)) == 40
    assert set(read) <= set(make_task().pool.tolist())


def test_the_model_learns_from_what_was_read_alone() -> None:
    task, asked = make_task(), list[Rows]()
    curve = run(
        task, random, learner(task, asked), start=10, batch=10, labels=30,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    so_far: list[int] = []
    for rows, one in zip(asked, curve.rounds, strict=True):
        so_far += one.chosen
        assert rows.tolist() == so_far


def test_reading_more_teaches_and_scores_are_of_the_held_out_sentences() -> None:
    curve = simulate(labels=80)
    assert curve.scores[-1] > curve.scores[0]
    assert curve.scores[-1] > 0.8
    last = curve.rounds[-1]
    assert last.macro_f1 == pytest.approx(np.mean(last.by_code))


def test_a_run_ends_with_the_pool_or_with_the_labels() -> None:
    assert simulate(labels=10_000).labels[-1] == 80
    assert simulate(labels=33).labels[-1] == 33


def test_strategies_see_no_model_before_the_first_round_and_one_after() -> None:
    seen = []

    def watching(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
        seen.append((len(read), len(pool), pool.p is None))
        return np.arange(n)

    task = make_task()
    run(task, watching, learner(task), start=5, batch=5, labels=15, rng=np.random.default_rng(0))
    assert seen == [(0, 80, True), (5, 75, False), (10, 70, False)]


def test_one_seed_gives_one_curve() -> None:
    assert to_json(simulate()) == to_json(simulate())
    assert to_json(simulate()) != to_json(simulate(seed=1))


def test_each_round_is_told() -> None:
    task, told = make_task(), list[Round]()
    curve = run(
        task, random, learner(task), start=10, batch=10, labels=30,
        rng=np.random.default_rng(0), on_round=told.append,
    )  # fmt: skip
    assert tuple(told) == curve.rounds


def test_decisions_of_the_watched_sentences_are_kept_for_stopping_rules() -> None:
    task, curve = make_task(), simulate(labels=80)
    assert set(curve.watched) == set(task.pool.tolist())
    right = curve.rounds[-1].decisions == (task.y[list(curve.watched)] >= 0.5)
    assert right.mean() > 0.85


def test_one_of_k_gives_exactly_one_code() -> None:
    task = make_task()
    one = Task(task.vectors, task.y, "one", task.groups, task.pool, task.test)
    curve = run(
        one, margin, learner(task), start=10, batch=10, labels=20, rng=np.random.default_rng(0)
    )
    assert (curve.rounds[-1].decisions.sum(1) == 1).all()


def test_a_strategy_that_repeats_itself_is_an_error() -> None:
    def stuck(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
        return np.zeros(n, dtype=np.intp)

    task = make_task()
    with pytest.raises(ValueError, match="chose 1 sentences, not 10"):
        run(task, stuck, learner(task), start=10, batch=5, labels=20, rng=np.random.default_rng(0))


def test_pool_and_test_share_no_sentence() -> None:
    task = make_task()
    with pytest.raises(ValueError, match="in the pool and in the test"):
        Task(task.vectors, task.y, "many", task.groups, task.pool, task.pool[:3])


def test_f1_by_code_is_its_definition_and_unknown_for_codes_that_never_occur() -> None:
    """Two of three found with one false: 2·2 / (3 + 3)."""
    truth = np.array([[1, 0], [1, 0], [1, 0], [0, 0]], dtype=bool)
    given = np.array([[1, 1], [1, 0], [0, 0], [1, 0]], dtype=bool)
    found = f1_by_code(truth, given)
    assert found[0] == pytest.approx(4 / 6)
    assert np.isnan(found[1])


def test_a_curve_survives_a_file() -> None:
    curve = simulate()
    back = from_json(to_json(curve))
    assert (back.watched, back.labels, back.scores) == (curve.watched, curve.labels, curve.scores)
    for ours, theirs in zip(curve.rounds, back.rounds, strict=True):
        assert ours.chosen == theirs.chosen
        assert ours.by_code == theirs.by_code
        assert (ours.decisions == theirs.decisions).all()


def test_codes_that_do_not_count_survive_a_file() -> None:
    one = Round(3, 0.5, (0.5, None), (1, 2, 3), np.ones((2, 2), dtype=bool))
    back = from_json(to_json(Curve((1, 2), (one,))))
    assert back.rounds[0].by_code == (0.5, None)


@pytest.mark.parametrize("text", ["[]", "{}", "no", '{"watched": [1], "codes": 1, "rounds": [1]}'])
def test_another_file_is_no_curve(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def test_decisions_cut_short_are_no_curve() -> None:
    found = json.loads(to_json(simulate()))
    found["rounds"][0]["decisions"] = ""
    with pytest.raises(ValueError, match="another length"):
        from_json(json.dumps(found))

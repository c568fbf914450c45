"""The starter's builder: what a round learns from, and what of it is taken up again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tiny

from precode.model.finetune import learn
from precode.model.finetune.learn import Learner
from precode.model.finetune.plan import Plan, Reading
from precode.model.finetune.tuned import ADAPTER
from precode.model.passages import Passage
from precode.model.weights import Weights

BUILDERS = Path(__file__).parents[2] / "scripts" / "builders"
PLAN = Plan(epochs=1, batch=8, dropout=0.1, reading=Reading(2, 40), patience=1)
# with which addition each row came; families lie two rows by two
SINCE = np.repeat([0, 1, 2], 8)
GROUPS = np.array([f"family {i // 2 % 4}" for i in range(24)])
LEARN, ASIDE, HELD = (
    np.flatnonzero(np.isin(GROUPS, [f"family {i}" for i in f])) for f in ([0, 1], [2], [3])
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    return tiny.weights(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch, weights: Weights) -> ModuleType:
    """The builder's module, with a tiny starter and its teacher."""
    monkeypatch.syspath_prepend(str(BUILDERS))
    import rounds

    one, few = rounds.Round(PLAN), rounds.Round(PLAN, few=True)
    monkeypatch.setattr(learn, "PASS", 1)
    monkeypatch.setattr(rounds, "find_weights", lambda name: weights)
    monkeypatch.setattr(
        rounds,
        "KINDS",
        {
            "pupil": rounds.Kind("", (one, one, replace(few, teacher=2)), "", teacher="teacher"),
            "teacher": rounds.Kind("", (one, few), ""),
        },
    )
    return rounds


def adapting(rounds: ModuleType, scratch: Path, *, changed: int | None = None) -> Any:
    """The pupil's adaptations. ``changed``: the row of which the coders said something else."""
    said = np.random.default_rng(3).integers(2, size=(24, 2)).astype(float)
    if changed is not None:
        said[changed] = 1 - said[changed]
    words = ("alpha", "beta", "tea", "cheers", "laughs")
    talk = [
        Passage(f"s{i}", f"the {words[i % 5]} {words[i % 3]}", ("tea",), "coming", (True,))
        for i in range(24)
    ]
    data = SimpleNamespace(y=said, polarity=np.full((24, 2, 2), np.nan), groups=GROUPS)
    return rounds.Adapting(data, talk, SINCE, "pupil", scratch)


def test_a_round_hears_what_was_added_and_of_the_rest_all_or_as_much(
    rounds: ModuleType, tmp_path: Path
) -> None:
    pupil, part = adapting(rounds, tmp_path), rounds.Part("fold-0", 0, LEARN, ASIDE)
    heard = [pupil.heard(part, r) for r in range(3)]
    assert [len(rows) for rows, _ in heard] == [4, 8, 8]
    assert (SINCE[heard[2][0]] == 2).sum() == (SINCE[heard[2][0]] < 2).sum() == 4
    for r, (rows, aside) in enumerate(heard):
        assert SINCE[rows].max() == SINCE[aside].max() == r
        assert not np.isin(GROUPS[rows], ["family 2", "family 3"]).any()


def test_what_is_done_is_taken_up_only_where_all_it_follows_from_is_the_same(
    rounds: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[int] = []
    as_it_is = Learner.learn

    def counted(self: Learner, lines: Any, *rest: Any, **more: Any) -> Any:
        learned.append(len(lines))
        return as_it_is(self, lines, *rest, **more)

    monkeypatch.setattr(Learner, "learn", counted)
    first = adapting(rounds, tmp_path).fold(0, LEARN, ASIDE, HELD)
    # the teacher's first and the pupil's, the pupil's second, the teacher's second, the pupil's third
    assert learned == [4, 4, 8, 8, 8]
    again = adapting(rounds, tmp_path).fold(0, LEARN, ASIDE, HELD)
    assert len(learned) == 5
    np.testing.assert_array_equal(first.held_codes, again.held_codes)

    # of the last round alone; of the first, and so of all that follow, the teacher's too
    last, earliest = LEARN[SINCE[LEARN] == 2][0], LEARN[SINCE[LEARN] == 0][0]
    adapting(rounds, tmp_path, changed=last).fold(0, LEARN, ASIDE, HELD)
    assert len(learned) == 6
    adapting(rounds, tmp_path, changed=earliest).fold(0, LEARN, ASIDE, HELD)
    assert len(learned) == 11
    # other rows, and so everything
    adapting(rounds, tmp_path).fold(0, HELD, ASIDE, LEARN)
    assert len(learned) == 16


def test_it_is_the_same_whether_the_teacher_spoke_before_or_not(
    rounds: ModuleType, tmp_path: Path
) -> None:
    """Which an interruption decides."""
    part = rounds.Part("final", 999, np.arange(24), epochs=1)
    at_once, in_steps = (adapting(rounds, tmp_path / where) for where in ("a", "b"))
    in_steps._teacher.after(rounds.Part("final", 999, np.arange(24)), 2)
    in_steps.after(part, 1)
    one, other = at_once.after(part, 3), in_steps.after(part, 3)
    assert one.name == other.name
    assert (one / ADAPTER).read_bytes() == (other / ADAPTER).read_bytes()


def test_families_keep_their_fold_when_talk_is_added(
    rounds: ModuleType,
) -> None:
    y = np.random.default_rng(1).integers(2, size=(68, 2)).astype(float)
    groups = np.array([f"family {i % 10 if i < 40 else i % 14}" for i in range(68)])
    since = np.repeat([0, 1], [40, 28])
    before = rounds.folds_of(SimpleNamespace(y=y[:40], groups=groups[:40]), since[:40])
    after = rounds.folds_of(SimpleNamespace(y=y, groups=groups), since)
    np.testing.assert_array_equal(before, after[:40])
    assert all(len(set(after[groups == g])) == 1 for g in set(groups))

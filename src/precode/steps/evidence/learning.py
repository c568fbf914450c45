"""Learning curves: of the last replays that ``simulate`` kept, else of the trainings so far."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from precode.active.curves import band
from precode.active.simulation import Curve, from_json
from precode.active.strategies import STRATEGIES
from precode.report.evidence import Learnt
from precode.report.plots import Line

OWN = "default"


def learnt(cache: Path, log: Sequence[Mapping[str, object]]) -> Learnt | None:
    """None where nothing was replayed, and fewer than two models have a score."""
    return _replayed(cache / "simulate") or _trained(log)


def _replayed(folder: Path) -> Learnt | None:
    """The replays that were kept last."""
    kept = sorted(folder.glob("*/*.json"), key=lambda p: p.stat().st_mtime)
    for place in dict.fromkeys(p.parent for p in reversed(kept)):
        found = _read(place)
        if found is not None:
            return found
    return None


def _read(place: Path) -> Learnt | None:
    curves: dict[str, list[tuple[int, Curve]]] = {}
    full: list[float] = []
    last = 0.0
    for file in place.glob("*.json"):
        name, _, number = file.stem.rpartition("-")
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            last = max(last, file.stat().st_mtime)
            if name == "full":
                scores = [float(f) for f in content["f1"] if f is not None]
                full += [sum(scores) / len(scores)] if scores else []
            else:
                curve = from_json(json.dumps(content["curve"]))
                curves.setdefault(name, []).append((int(number), curve))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a cache: what cannot be read is as good as not there
    words = {re.sub(r"[^a-z0-9]+", "-", name).strip("-"): name for name in STRATEGIES}
    words[OWN] = "this study's queue"
    lines = []
    for name in sorted(curves, key=lambda n: (n != OWN, n)):
        each = [c for _, c in sorted(curves[name], key=lambda pair: pair[0])]
        whole = [c for c in each if c.rounds and c.labels == each[0].labels]
        if not whole:
            continue
        over = band(whole)
        lines.append(
            Line(words.get(name, name), tuple(map(float, over.labels)), over.mean, over.low,
                 over.high, banded=name in (OWN, "random"))
        )  # fmt: skip
    if not lines:
        return None
    made = datetime.fromtimestamp(last, UTC).isoformat(timespec="seconds")
    replays = max(len(each) for each in curves.values())
    return Learnt(tuple(lines), sum(full) / len(full) if full else None, replays, made)


def _trained(log: Sequence[Mapping[str, object]]) -> Learnt | None:
    """Macro-F1 in validation of each training that has one, over the sentences learned from."""
    points: list[tuple[float, float, float, float]] = []
    made = ""
    for entry in log:
        detail = entry.get("detail")
        if entry.get("verb") != "train" or not isinstance(detail, dict):
            continue
        score = detail.get("macro_f1")
        if isinstance(score, list) and len(score) == 3 and isinstance(score[0], float):
            value = score[0]
            low, high = (value if s is None else float(s) for s in score[1:])
            points.append((float(detail.get("sentences", 0)), value, low, high))
            made = str(entry.get("at", ""))
    points = list({n: p for p in points for n in p[:1]}.values())  # of equal sizes the last
    if len(points) < 2:
        return None
    x, mean, low_, high_ = zip(*sorted(points), strict=True)
    line = Line("models trained in this study", x, mean, low_, high_)
    return Learnt((line,), None, 0, made)

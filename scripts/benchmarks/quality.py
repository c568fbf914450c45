"""How good precode's codes are on public sets, beside what others would do with the same rows.

    python scripts/benchmarks/quality.py --json quality.json
    python scripts/benchmarks/quality.py --only trec --methods default finetuned --sizes full
    python scripts/benchmarks/quality.py --methods default --encoder FOLDER
    python scripts/benchmarks/quality.py --methods default --starter comb-starter-mpnet

AnnoMI: client talk, three classes, five folds of whole dialogues. TREC-6: questions, the official
test set. NHS comments (v6): themes with 50 examples or more, five folds of respondents. macro-F1;
after ± the half-width of the 95 % t-interval over folds or draws. Every setting of ours is chosen
inside the rows that are learned from. Fine-tuning takes hours on a processor: what is done is kept
in --scratch, and the next call goes on from there, unless the starter, the presets or the models'
code have changed. With --encoder all of it is over that one (all-mpnet-base-v2, say) instead of the
default; with --starter ours have another starter's reading.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from _active_sets import DATA
from _bench import Figure, finish
from _quality_methods import READINGS, Bench
from _quality_sets import SETS, STARTER, Task, task_set, tasks
from scipy.stats import t as student

import precode.model
from precode.files.offline import offline
from precode.model.bundle_files import load
from precode.model.finetune.plan import RATES, Plan
from precode.model.thresholds import macro_f1
from precode.resources import shipped, starters

METHODS = {
    "majority": "majority class",
    "words": "TF-IDF + linear",
    "sentence_transformers": "sentence-transformers + LR",
    "setfit": "SetFit",
    "default": "precode, default",
    "finetuned": "precode, fine-tuned",
}
HUMAN = (
    "two people, mean of pairs: .645; published machines .55 to .66 (scripts/benchmarks/annomi.py)"
)
# (set, size, method) → least macro-F1; for NHS what it must be above TF-IDF
BARS = {
    ("annomi", 0, "default"): 0.54,
    ("annomi", 0, "finetuned"): 0.60,
    ("trec", 0, "default"): 0.945,
    ("trec", 64, "default"): 0.82,
    ("trec", 0, "finetuned"): 0.97,
    ("trec", 64, "finetuned"): 0.89,
}
ABOVE_WORDS = {"default": 0.04, "finetuned": 0.07}
QUICK = ("majority", "words", "default")


def main() -> None:
    options = _arguments()
    offline()
    if options.threads:
        import torch

        torch.set_num_threads(options.threads)
    if not DATA.exists():
        raise SystemExit(f"no data at {DATA}: this benchmark needs it")
    options.scratch.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in options.only:
        plan = Plan(adapt=options.adapt, epochs=options.epochs, reading=READINGS[name])
        bench = Bench(task_set(name), name, options.scratch, plan, options.encoder, options.starter)
        sizes = tuple(s for s in options.sizes if name != "nhs" or s == 0)
        todo = list(tasks(bench.coded, name, sizes=sizes, numbers=options.numbers))
        for size in sizes:
            rows += _rows(bench, [t for t in todo if t.size == size], size, options)
        if name == "annomi":
            rows.append(Figure("AnnoMI, for comparison", HUMAN))
    finish(rows, options)


def _rows(bench: Bench, todo: list[Task], size: int, options: argparse.Namespace) -> list[Figure]:
    out, words = [], None
    for method in options.methods:
        if method == "setfit" and (not size or importlib.util.find_spec("setfit") is None):
            continue
        scores = [_score(bench, t, method, options) for t in todo]
        macro, micro = (np.array(c) for c in zip(*((s[0], s[1]) for s in scores), strict=True))
        name = f"{bench.name} {size or 'full'}, {METHODS[method]}"
        if bench.encoder != "minilm":
            name += f", over {Path(bench.encoder).name}"
        if bench.starter != STARTER:
            name += f", from {bench.starter}"
        value = f"{macro.mean():.3f}{_half(macro)} micro {micro.mean():.3f}, n = {len(macro)}"
        value += f", {sum(s[2] for s in scores):.0f} s"
        bar = BARS.get((bench.name, size, method))
        if bench.name == "nhs":
            words = (macro, micro) if method == "words" else words
            above = ABOVE_WORDS.get(method)
            if above is not None and words is not None:
                gain, fine = (macro - words[0]).mean(), (micro - words[1]).mean()
                value += f"; over TF-IDF {gain:+.3f}{_half(macro - words[0])} micro {fine:+.3f}"
                holds = bool(gain >= above and fine >= 0)
                out.append(Figure(name, value, f"≥ +{above:.2f}, micro ≥ 0", holds))
                continue
        if bar is None or options.quick:
            out.append(Figure(name, value))
        else:
            out.append(Figure(name, value, f"≥ {bar:.3f}", bool(macro.mean() >= bar)))
    return out


def _score(
    bench: Bench, task: Task, method: str, options: argparse.Namespace
) -> tuple[float, float, float]:
    """macro-F1, micro-F1 and the seconds it took; kept in the scratch folder."""
    how = f"-{bench.plan.adapt}-{bench.plan.epochs}" if method == "finetuned" else ""
    file = options.scratch / f"score-{task.id}-{method}{how}.json"
    if not file.is_file():
        started = time.monotonic()
        given = getattr(bench, method)(task)
        truth = bench.coded.y[task.held] >= 0.5
        both = 2 * (truth & given).sum() / max(1, truth.sum() + given.sum())
        found = [macro_f1(truth, given), float(both), time.monotonic() - started]
        file.write_text(json.dumps(found))
        print(f"  {task.id} {method}: {found[0]:.3f} in {found[2]:.0f} s", flush=True)
    macro, micro, seconds = json.loads(file.read_text())
    return macro, micro, seconds


def _half(values: np.ndarray) -> str:
    """Half the 95 % t-interval of the mean, or nothing for one value."""
    n = len(values)
    if n < 2:
        return ""
    return f" ± {student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n):.3f}"


def _version(starter: str) -> str:
    """Changes with the starter, the presets and any line of the models' code: figures of before are not
    these.
    """
    made = hashlib.sha256(load(starters()[starter]).id.encode())
    code = sorted(Path(precode.model.__file__).parent.rglob("*.py"))
    for file in (*code, shipped("configs") / "presets" / "features.toml"):
        made.update(file.read_bytes())
    return made.hexdigest()[:12]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a slice of it, in under 50 s")
    parser.add_argument("--json", type=Path, help="write the table here too")
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument(
        "--sizes", nargs="+", choices=("16", "64", "full"), default=["16", "64", "full"]
    )
    parser.add_argument("--numbers", type=int, default=5, help="folds, or draws (at most 5)")
    parser.add_argument("--adapt", choices=RATES, default="lora")
    parser.add_argument("--epochs", type=int, default=8, help="at most so many passes")
    parser.add_argument("--encoder", default="minilm", help="folder of another encoder")
    parser.add_argument("--starter", choices=starters(), default=STARTER, help="of this one")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 1 on a busy machine")
    place = Path(tempfile.gettempdir()) / "precode-quality"
    parser.add_argument("--scratch", type=Path, default=place, help="where what is done is kept")
    options = parser.parse_args()
    if options.quick:
        options.only, options.sizes, options.numbers = ["trec"], ["64"], 2
        options.methods = [m for m in options.methods if m in QUICK]
        options.scratch = Path(tempfile.mkdtemp())  # that nothing is only read from last time
    if options.encoder != "minilm":
        options.scratch /= Path(options.encoder).name
    options.scratch /= f"{options.starter}-{_version(options.starter)}"
    options.sizes = tuple(0 if s == "full" else int(s) for s in options.sizes)
    return options


if __name__ == "__main__":
    main()

"""Coming by an encoder that is not here: from a folder, or by name and only on ``--allow-download``, in
a process of its own.

This process stays offline (:mod:`precode.files.offline`): nothing that knows a participant's words
shares memory with what talks to the network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.errors import InputError, UsageError
from precode.files.atomic import replacing_folder
from precode.files.offline import OFFLINE
from precode.model.weights import EncoderAbsentError, downloaded, find_weights, is_name
from precode.resources import starters
from precode.steps.models import load_starter
from precode.steps.opening import Progress, silent


@dataclass(frozen=True, slots=True)
class Fetched:
    """The encoder called ``encoder`` of the shipped model ``name``: where it is now."""

    name: str
    encoder: str
    where: str
    already: bool


FILES = ("config.json", "tokenizer.json", "model.safetensors")  # no pickled weights, no code
_PROGRAM = """
import sys
from huggingface_hub import snapshot_download
name, folder, *files = sys.argv[1:]
snapshot_download(name, local_dir=folder, allow_patterns=files)
"""


def fetch(model: str, *, progress: Progress) -> None:
    """Fetch the encoder called ``model``, if it is a name and not here yet.

    Raises :class:`InputError` if it cannot be fetched, or is none that precode reads.
    """
    if not is_name(model) or downloaded(model).is_dir():
        return
    progress(f"fetching {model}", 0, 1)
    with replacing_folder(downloaded(model)) as temporary:
        done = _run([sys.executable, "-P", "-c", _PROGRAM, model, str(temporary), *FILES])
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise InputError(
                f"the encoder {model!r} could not be fetched ({last[:200]})",
                mend="check its name and the connection, or give the folder of an encoder",
            )
        if missing := [f for f in FILES if not (temporary / f).is_file()]:
            raise InputError(
                f"{model!r} is no encoder that precode reads: {', '.join(missing)} missing",
                mend="choose one with safetensors weights and a fast tokenizer",
            )
    find_weights.cache_clear()
    progress(f"fetching {model}", 1, 1)


def fetch_for(
    name: str, *, allow_download: bool, source: Path | None = None, progress: Progress = silent
) -> Fetched:
    """Come by the encoder that the shipped model ``name`` was adapted over: from the folder ``source``,
    or from the network if that is allowed. An encoder that turns out to be another one is not kept.

    Raises :class:`UsageError` without either, or if no model of that name ships with precode, and
    :class:`InputError` if the encoder cannot be had or is another one.
    """
    shipped = starters()
    if name not in shipped:
        raise UsageError(
            f"no model {name!r} ships with precode", mend=f"one of {', '.join(shipped)}"
        )
    model = _read_with(shipped[name])
    if not is_name(model):
        return Fetched(name, model, str(find_weights(model).folder), True)
    try:
        load_starter(shipped[name])
        return Fetched(name, model, str(downloaded(model)), True)
    except EncoderAbsentError:
        pass
    if source is not None:
        _copy(find_weights(str(source)).folder, downloaded(model))
    elif allow_download:
        fetch(model, progress=progress)
    else:
        raise UsageError(
            f"{name!r} reads with {model}, which is not on this computer, and precode fetches nothing "
            "unasked",
            mend=f"precode models fetch {name} --allow-download, or --from FOLDER that holds it",
        )
    try:
        load_starter(shipped[name])
    except InputError as error:
        shutil.rmtree(downloaded(model))
        find_weights.cache_clear()
        raise InputError(
            f"{source or model} is not the encoder that {name!r} was adapted over ({error.what})",
            mend=f"find the published files of {model}",
        ) from error
    return Fetched(name, model, str(downloaded(model)), False)


def _read_with(folder: Path) -> str:
    """The encoder that the bundle in ``folder`` was adapted over, or comes with."""
    try:
        head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        return str(head["tuned"]["base"] if "tuned" in head else head["encoder"]["model"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} is a damaged model: {error}", mend="reinstall precode"
        ) from error


def _copy(source: Path, target: Path) -> None:
    with replacing_folder(target) as temporary:
        for name in FILES:
            shutil.copyfile(source / name, temporary / name)
    find_weights.cache_clear()


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    online = {k: v for k, v in os.environ.items() if k not in OFFLINE}
    online |= {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    return subprocess.run(  # noqa: S603
        command, env=online, capture_output=True, text=True, check=False
    )

"""Fetching an encoder by name: only on ``--allow-download``, in a process of its own.

This process stays offline (:mod:`precode.files.offline`): nothing that knows a participant's words
shares memory with what talks to the network.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from precode.errors import InputError
from precode.files.atomic import replacing_folder
from precode.files.offline import OFFLINE
from precode.model.weights import downloaded, find_weights, is_name
from precode.steps.opening import Progress

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


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    online = {k: v for k, v in os.environ.items() if k not in OFFLINE}
    online |= {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    return subprocess.run(  # noqa: S603
        command, env=online, capture_output=True, text=True, check=False
    )

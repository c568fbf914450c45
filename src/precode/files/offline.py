"""Keeping other people's libraries off the network: they phone home unless told not to."""

from __future__ import annotations

import os
import sys

# Read once, at import, by huggingface_hub, transformers and datasets.
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
}


def offline() -> None:
    """Set the environment so that no library downloads, reports use, or draws its own progress.

    Call it *before* importing any of them: they read these once. Overrides what the user's shell
    says, because participants' words must never leave the computer by somebody's default.
    """
    os.environ.update(OFFLINE)
    # `import openvino` reports itself to Google Analytics, unasked and whatever the environment
    # says; where this package cannot be imported, it uses a stub of its own that sends nothing
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

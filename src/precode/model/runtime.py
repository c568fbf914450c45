"""The one OpenVINO runtime of a process."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def core() -> Any:
    """``openvino.Core``, made once and kept to the end of the process.

    On processors with AMX each core gives the process a stack of its own for signals, and takes it
    away again with whatever was compiled by it. With two cores, one gone before the other, what is
    left is the address of a stack that is gone too: the next Ctrl-C ends in a segmentation fault.
    """
    import openvino

    return openvino.Core()

"""The lowest layers of an encoder that do not learn: of a passage they say the same in every pass, so
each passage goes through them once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class _Enough(Exception):
    """The lowest layers have spoken."""


class Still:
    """The lowest ``count`` layers of ``encoder``, which from now on can be passed over: while ``known
    (n, t, width)`` is given, it stands in for what the last of them says. An encoder whose layers are
    not one list is left as it is (``count`` 0).
    """

    def __init__(self, encoder: nn.Module, count: int) -> None:
        stack = _stack(encoder)
        self.count = count = count if stack else 0
        self.known: torch.Tensor | None = None
        self._alone = False
        self._said = torch.empty(0)
        self._in_tuple = False
        learns = {m for layer in stack[count:] for m in layer.modules()}
        self._rest = [m for m in encoder.modules() if m not in learns] if count else []
        for i, layer in enumerate(stack[:count]):
            # forward alone, not the layer: its parameters keep their names
            layer.forward = self._instead(layer.forward, last=i == count - 1)

    def rest(self) -> None:
        """Switch off what is drawn by chance while learning, in these layers and below them."""
        for module in self._rest:
            module.training = False

    def said(self, read: Callable[[], object]) -> torch.Tensor:
        """``(n, t, width)``: what the last of these layers says, when ``read`` calls the encoder; the
        layers above are not reached.
        """
        self._alone = True
        try:
            read()
        except _Enough:
            return self._said
        finally:
            self._alone, self._said = False, torch.empty(0)
        raise ValueError("no layer stands still")

    def _instead(self, forward: Callable[..., Any], *, last: bool) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            if self.known is None:
                out = forward(*args, **named)
                # some encoders' layers give the hidden states alone, others in a tuple
                self._in_tuple = isinstance(out, tuple)
                if last and self._alone:
                    self._said = out[0] if self._in_tuple else out
                    raise _Enough
                return out
            passed = args[0] if args else named["hidden_states"]
            out = self.known if last else passed
            return (out,) if self._in_tuple else out

        return run


def _stack(encoder: nn.Module) -> list[nn.Module]:
    """The encoder's layers, lowest first, or nothing if they are not one list."""
    config: Any = encoder.config
    depth = int(config.num_hidden_layers)
    for module in encoder.modules():
        if isinstance(module, nn.ModuleList) and len(module) == depth:
            return list(module)
    return []

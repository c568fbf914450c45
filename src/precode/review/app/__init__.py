"""The review on a whole terminal screen. Keys become commands, effects become rows of text; what a
command means is decided in :mod:`precode.review.session`. The only home of Textual.
"""

from precode.review.app.application import run

__all__ = ["run"]

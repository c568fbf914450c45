"""PABAK: kappa as it would be with all categories alike common and no bias between coders.

Byrt, Bishop and Carlin 1993, doi 10.1016/0895-4356(93)90018-V: for two categories 2 p_a - 1, which
is kappa with the effects of prevalence and bias taken out. For q categories it is the coefficient
of Brennan and Prediger 1981 (doi 10.1177/001316448104100307), whose chance agreement is 1 / q.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from precode.agreement.observed import observed

Floats = NDArray[np.float64]


def pabak(sums: Floats, *, q: int) -> Floats:
    """(…, 2) sums of :func:`precode.agreement.observed.observed_terms` → (…), for ``q`` categories.

    It is a rescaled percent agreement and knows nothing of how common the code is: near one for any
    rare code.
    """
    p_a = observed(sums)
    return (q * p_a - 1) / (q - 1)

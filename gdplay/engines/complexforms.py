"""How primitives whose NumPy form works on real numbers only are computed on complex ones."""

# numpy.where has no type for what is only known as Any.
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gdplay.formula.structure import ordered


def _small_exponential(a: Any) -> tuple[Any, Any]:
    """Return exp(-a) or exp(a), whichever is small, and where it is the first."""
    positive = a.real >= 0
    return np.exp(np.where(positive, -a, a)), positive


def _sigmoid(a: Any) -> Any:
    small, positive = _small_exponential(a)
    return np.where(positive, 1.0, small) / (1.0 + small)


def _softplus(a: Any) -> Any:
    small, positive = _small_exponential(a)
    return np.where(positive, a, 0.0) + np.log1p(small)


def _logsumexp(a: Any) -> Any:
    top = np.max(a.real, axis=0)
    return np.log(ordered(np.add, np.exp(a - top))) + top


def _softmax(a: Any) -> Any:
    weights = np.exp(a - np.max(a.real, axis=0))
    return weights / ordered(np.add, weights)


COMPLEX_FORMS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
}

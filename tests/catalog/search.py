"""A plain search for minima from many starts at once, as a witness for what the catalogue claims."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdplay.objective import Function

Array = NDArray[np.float64]
SMALLEST = 1e-12


def box(f: Function) -> tuple[Array, Array]:
    """Return the domain's lower and upper ends, each (n, 1)."""
    assert f.known.domain is not None
    ends = np.array([end for end in f.known.domain if end is not None])
    assert ends.shape == (f.size, 2), "every coordinate of a catalogue function has a domain"
    return ends[:, :1], ends[:, 1:]


def points(f: Function, count: int, random: np.random.Generator) -> Array:
    """Return random points of the domain, (n, count)."""
    low, high = box(f)
    return low + (high - low) * random.random((f.size, count))


def descend(f: Function, x: Array, steps: int = 60) -> Array:
    """Return where saddle-free Newton steps lead from the points (n, runs), within the domain.

    The step is |H|^-1 g, the eigenvalues' signs dropped (Dauphin et al. 2014, arXiv:1406.2572), so that it
    descends wherever g is not 0; it is halved until f falls. Where H is not finite it is the gradient's.
    Coordinates on the bound whose slope leads outwards are held.
    """
    low, high = box(f)
    value = np.asarray(f(x))
    for _ in range(steps):
        g, hessian = f.gradient(x), np.moveaxis(f.hessian(x), -1, 0)
        g = np.where(np.isfinite(g), g, 0.0)
        held = ((x <= low) & (g > 0)) | ((x >= high) & (g < 0))
        g = np.where(held, 0.0, g)
        either = (held.T[:, :, None] | held.T[:, None, :]) & ~np.eye(f.size, dtype=bool)
        hessian = np.where(np.isfinite(hessian) & ~either, hessian, 0.0)
        eigenvalues, vectors = np.linalg.eigh(hessian)
        size = np.abs(eigenvalues)
        size = np.maximum(size, SMALLEST * size.max(axis=1, keepdims=True) + 1e-300)
        move = np.einsum("rij,rj,rkj,kr->ir", vectors, 1 / size, vectors, g)
        longest = np.max(np.abs(move) / (high - low), axis=0)
        move = move / np.maximum(1.0, longest)
        rate = np.ones(x.shape[1])
        active = np.any(move != 0, axis=0)
        for _ in range(12):
            if not active.any():
                break
            trial = np.clip(x - rate * move, low, high)
            found = np.asarray(f(trial))
            better = active & (found < value)
            x = np.where(better, trial, x)
            value = np.where(better, found, value)
            active = active & ~better
            rate = np.where(active, rate / 4, rate)
    return x

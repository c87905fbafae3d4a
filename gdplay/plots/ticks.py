"""Where an axis of numbers gets its ticks, and how a number is written there: plain text, never mathtext."""

from __future__ import annotations

import numpy as np

from gdplay.plots.scene import Values

Ticks = tuple[Values, list[str]]
LEAST_WIDTH = 1e-290  # below it a step between ticks would underflow
PLAIN = (-3, 4)  # powers of ten between these are written out


def number_text(value: float, digits: int = 4) -> str:
    """Write a number shortly.

    >>> number_text(0.5), number_text(1e-7), number_text(-2.5e10)
    ('0.5', '1e-7', '-2.5e10')
    """
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def linear_ticks(low: float, high: float, most: int = 6) -> Ticks:
    """Return round numbers in [low, high], at most about ``most``, written with just the digits they need.

    >>> linear_ticks(0, 1)[1]
    ['0', '0.2', '0.4', '0.6', '0.8', '1']
    """
    width = high - low
    if not (np.isfinite(width) and width > LEAST_WIDTH):
        return np.array([low]), [number_text(low)]
    raw = width / most
    power = 10.0 ** np.floor(np.log10(raw))
    step = next((k * power for k in (1, 2, 5) if k * power >= raw * 0.999), 10 * power)
    ticks = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step + 0.0  # never -0
    largest = max(abs(low), abs(high))
    digits = int(np.clip(np.floor(np.log10(largest)) - np.floor(np.log10(step)) + 1, 1, 17))
    return ticks, [number_text(tick, max(digits, 4)) for tick in ticks]


def log_ticks(low: float, high: float, most: int = 8) -> Ticks:
    """Return powers of ten in [low, high] (positive), or 1-2-5 steps where there are too few of them.

    >>> log_ticks(1e-3, 1e3, 7)[1]
    ['0.001', '0.01', '0.1', '1', '10', '100', '1000']
    """
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    if last - first >= 2:
        stride = -(-(last - first + 1) // most)
        exponents = np.arange(-(-first // stride) * stride, last + 1, stride)
        plain = exponents[0] >= PLAIN[0] and exponents[-1] <= PLAIN[1]
        texts = [number_text(10.0**k) if plain else f"1e{k}" for k in exponents.tolist()]
        return np.power(10.0, exponents), texts
    steps = np.array([k * 10.0**p for p in range(first - 1, last + 1) for k in (1, 2, 5)])
    steps = steps[(steps >= low * (1 - 1e-9)) & (steps <= high * (1 + 1e-9))]
    return (steps, [number_text(step) for step in steps]) if len(steps) >= 3 else linear_ticks(low, high)


def symlog_ticks(low: float, high: float, threshold: float, most: int = 8) -> Ticks:
    """Return 0 and powers of ten beyond +-threshold in [low, high]."""
    each = max(2, most // 2)
    up = log_ticks(threshold, high, each) if high > 10 * threshold else (np.empty(0), [])
    down = log_ticks(threshold, -low, each) if -low > 10 * threshold else (np.empty(0), [])
    zero = [0.0] if low <= 0 <= high else []
    ticks = np.concatenate([-down[0][::-1], zero, up[0]])
    return ticks, [f"-{text}" for text in down[1][::-1]] + ["0"] * len(zero) + list(up[1])

"""How gdplay writes JSON, which has no nan or infinity: these become the strings "nan", "inf" and "-inf"."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def dumps(value: object, indent: int | None = None) -> str:
    """Return value as strict JSON in ASCII, keys in their order, floats so that they read back exactly.

    Takes mappings with text keys, lists, tuples, NumPy arrays and scalars, and what JSON knows itself.
    Raises TypeError for anything else.

    >>> dumps({"f": np.array([0.1, np.inf]), "steps": np.int64(3)})
    '{"f": [0.1, "inf"], "steps": 3}'
    """
    return json.dumps(_plain(value), indent=indent, allow_nan=False)


def loads(text: str | bytes) -> Any:
    """Return what a JSON text says; numbers that may be non-finite go through ``number``.

    Raises ValueError where the text is not strict JSON.

    >>> loads('{"f": [0.1, "inf"]}')
    {'f': [0.1, 'inf']}
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("the brackets are nested too deeply") from None


def number(value: object) -> float:
    """Return the float that a number of a JSON text stands for. Raises ValueError if it is none.

    >>> number("-inf"), number(2)
    (-inf, 2.0)
    """
    if isinstance(value, str) and value in NON_FINITE:
        return NON_FINITE[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f'{value!r} is no number; expected a number, "nan", "inf" or "-inf"')


def _plain(value: object) -> object:
    """Return value in terms of dict, list, str, int, bool, None and finite float."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else repr(float(value))
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {_text_key(key): _plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _text_key(key: object) -> str:
    # json.dumps would turn 1, True and nan into text silently, and two keys could become one.
    if not isinstance(key, str):
        raise TypeError(f"the key {key!r} is no text")
    return key


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")

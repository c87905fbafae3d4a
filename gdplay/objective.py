"""A function to be minimised: its formula with the constants' values, and what is known of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gdplay.engines.tape import Tape
from gdplay.errors import Complaint, ConfigError
from gdplay.formula.expr import (
    MOST_ELEMENTS,
    MOST_NUMBERS,
    Array,
    Expr,
    Shape,
    ShapeError,
    bounded,
    expression,
    substitute,
    symbol,
    too_large,
)
from gdplay.formula.gradient import flat, gradient, hessian, hessian_product, unflat
from gdplay.formula.numeric import METHODS, numeric
from gdplay.formula.signature import Formula, read
from gdplay.formula.tokens import statements, tokenize
from gdplay.formula.words import stack


@dataclass(frozen=True)
class Known:
    """What is known beforehand of a function of n variables.

    ``minima``: (k, n), the best ones; ``local_minima``: (k, n), worse ones; ``domain``: a (low, high) or
    None for each coordinate; ``start``: (n,); ``card``: what the catalogue says in words.
    """

    minima: Array | None = None
    domain: tuple[tuple[float, float] | None, ...] | None = None
    start: Array | None = None
    local_minima: Array | None = None
    card: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, eq=False)
class Function:
    """A function of several variables that can be evaluated and differentiated.

    >>> f = function("f(x, y) = (1 - x)^2 + 100*(y - x^2)^2")
    >>> f([-1.0, 1.0]), f.gradient([-1.0, 1.0])
    (4.0, array([-4.,  0.]))
    """

    formula: Formula
    values: Mapping[str, Array] = field(default_factory=dict[str, Array])
    name: str = "f"
    known: Known = Known()
    placement: str = ""
    """How the function was shifted, rotated and scaled, in words."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables' names, in order."""
        return tuple(variable.params[0] for variable in self.formula.variables)

    @property
    def text(self) -> str:
        """The formula as it was written."""
        return self.formula.text

    @cached_property
    def line(self) -> str:
        """The formula on one line, for titles; of residuals it says that their squares are summed."""
        text = self.formula.text
        parts = [text[line[0].start : line[-1].start] for line in statements(tokenize(text))]
        joined = "; ".join(" ".join(re.sub("#.*", "", part).split()) for part in parts)
        return joined if self.formula.residuals is None else f"sum of the squares of {joined}"

    @cached_property
    def coordinates(self) -> tuple[str, ...]:
        """The names of all n coordinates: ``x``, or ``x[0]``, ``W[0,1]`` row by row."""
        return tuple(name for variable in self.formula.variables for name in _elements(variable))

    @cached_property
    def minimum(self) -> float | None:
        """The lowest value at the known minima, or None where none is known."""
        minima = self.known.minima
        if minima is None or not len(minima):
            return None
        lowest = float(np.min(np.asarray(self(minima.T))))
        return lowest if np.isfinite(lowest) else None

    def __call__(self, x: Any) -> Any:
        """Return f at a point (n,) as a float, or at points (n, runs) as (runs,).

        Raises ValueError where x has another shape.
        """
        return self._at("value", x)

    def gradient(self, x: Any, method: str = "analytic", step: float | None = None) -> Array:
        """Return the gradient at a point (n,) as (n,), or at points (n, runs) as (n, runs).

        ``method`` is analytic or a numeric one, ``step`` its difference h. Raises ValueError.
        """
        if method not in METHODS:
            raise ValueError(f"there is no gradient method {method!r}; choose one of {', '.join(METHODS)}")
        return self._at("gradient" if method == "analytic" else (method, step), x)

    def hessian(self, x: Any) -> Array:
        """Return the second derivatives at a point (n,) as (n, n), or at points (n, runs) as (n, n, runs)."""
        return self._at("hessian", x)

    def value_at(self, point: Expr) -> Expr:
        """Return f as an expression at a point of shape (n,)."""
        return self._placed(self.formula.expr, point)

    def gradient_at(self, point: Expr, method: str = "analytic", step: float | None = None) -> Expr:
        """Return the gradient as an expression of shape (n,) at a point of shape (n,)."""
        if method == "analytic":
            return self._placed(self._gradient, point)
        formula, domain = self.formula, self.known.domain
        constants = tuple(formula.constants.values())
        return numeric(formula.expr, formula.variables, constants, method, step, domain).at(point)

    def hessian_at(self, point: Expr) -> Expr:
        """Return the Hessian as an expression of shape (n, n) at a point of shape (n,)."""
        return self._placed(self._hessian, point)

    def hessian_product_at(self, point: Expr, direction: Expr) -> Expr:
        """Return the Hessian at a point times a direction, all of shape (n,)."""
        held = symbol("direction", (self.size,), "direction")
        product = hessian_product(self.formula.expr, self.formula.variables, held)
        return self._placed(substitute([product], {held: direction})[0], point)

    def residuals_at(self, point: Expr) -> Expr:
        """Return the residuals r, whose sum of squares is f, as an expression of shape (m,).

        Raises ShapeError where the function was not given by residuals.
        """
        if self.formula.residuals is None:
            remedy = "give the function as residuals: [r1, r2, ...], or choose another optimizer"
            raise ShapeError(f"{self.name} is not written as a sum of squares", remedy)
        return self._placed(self.formula.residuals, point)

    def jacobian_at(self, point: Expr) -> Expr:
        """Return the residuals' first derivatives as an expression of shape (m, n). Raises ShapeError."""
        self.residuals_at(point)
        r = self.formula.residuals
        assert r is not None
        if r.shape[0] * self.size > MOST_ELEMENTS:
            raise too_large((r.shape[0], self.size))
        rows = [flat(gradient(r[k], self.formula.variables)) for k in range(r.shape[0])]
        return self._placed(stack(*rows), point)

    @property
    def size(self) -> int:
        """The number n of coordinates."""
        return len(self.coordinates)

    def constants(self) -> dict[Expr, Array]:
        """Return the constants' values in the form that an engine takes: shape + (1,)."""
        return {node: self.values[name][..., None] for name, node in self.formula.constants.items()}

    @cached_property
    def numbers(self) -> int:
        """How many numbers one evaluation holds."""
        return bounded([self.formula.expr])

    @cached_property
    def _gradient(self) -> Expr:
        return flat(gradient(self.formula.expr, self.formula.variables))

    @cached_property
    def _hessian(self) -> Expr:
        return hessian(self.formula.expr, self.formula.variables)

    @cached_property
    def _tapes(self) -> dict[Any, tuple[Tape, int]]:
        return {}

    def _placed(self, expr: Expr, point: Expr) -> Expr:
        return substitute([expr], unflat(point, self.formula.variables))[0]

    def _tape(self, what: Any) -> tuple[Tape, int]:
        if what not in self._tapes:
            point = symbol("point", (self.size,), "point")
            makers: dict[Any, Callable[[], Expr]] = {
                "value": lambda: self.value_at(point),
                "gradient": lambda: self.gradient_at(point),
                "hessian": lambda: self.hessian_at(point),
            }
            made = makers[what]() if what in makers else self.gradient_at(point, *what)
            # so many points at a time, however many are asked for
            self._tapes[what] = Tape([made]), max(1, MOST_NUMBERS // bounded([made]))
        return self._tapes[what]

    def _at(self, what: Any, x: Any) -> Any:
        points = np.asarray(x, dtype=np.float64)
        if points.ndim not in (1, 2) or points.shape[0] != self.size:
            raise ValueError(f"x has shape {points.shape}; expected ({self.size},) or ({self.size}, runs)")
        columns = points if points.ndim == 2 else points[:, None]
        tape, most = self._tape(what)
        pieces = [self._values(tape, columns[:, k : k + most]) for k in range(0, columns.shape[1] or 1, most)]
        result = pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=-1)
        if points.ndim == 2:
            return result
        return float(result[0]) if result.ndim == 1 else result[..., 0]

    def _values(self, tape: Tape, columns: Array) -> Array:
        with np.errstate(all="ignore"):
            (result,) = tape({symbol("point", (self.size,), "point"): columns, **self.constants()})
        return np.array(np.broadcast_to(result, (*result.shape[:-1], columns.shape[1])))


def _elements(variable: Expr) -> list[str]:
    name: str = variable.params[0]
    if not variable.shape:
        return [name]
    return [f"{name}[{','.join(map(str, place))}]" for place in np.ndindex(*variable.shape)]


def function(
    source: str | Callable[..., Any] | Mapping[str, Any],
    variables: Mapping[str, Shape | int] | Sequence[str] | None = None,
) -> Function:
    """Return the function of a formula, a catalogue name, a config's ``function`` mapping, or a callable.

    A callable is called once with expressions, so it may use operators and NumPy's functions; its
    parameters are the variables, scalars unless ``variables`` gives their shapes. Raises ConfigError.
    """
    if callable(source):
        return _from_callable(source, variables)
    from gdplay.config.functions import function_from

    return function_from(source, variables)


def _from_callable(source: Callable[..., Any], variables: Any) -> Function:
    names = list(inspect.signature(source).parameters)
    shapes: dict[str, Shape] = dict.fromkeys(names, ())
    given = variables if isinstance(variables, Mapping) else dict.fromkeys(variables or (), ())
    for name, shape in given.items():
        if name not in shapes:
            message = f"the Python function has no parameter '{name}'"
            raise ConfigError(Complaint(message, f"its parameters are {', '.join(names)}"))
        shapes[name] = (shape,) if isinstance(shape, int) else tuple(shape)
    symbols = tuple(symbol(name, shape) for name, shape in shapes.items())
    try:
        result = expression(source(*symbols))
    except (TypeError, ValueError) as error:
        message = f"the Python function does not work on gdplay's expressions: {error}"
        raise ConfigError(Complaint(message, "use +, -, *, /, **, @ and NumPy's functions only")) from error
    if result.shape:
        raise ConfigError(Complaint(f"the Python function returns shape {result.shape}", "return a scalar"))
    name = getattr(source, "__name__", "f")
    from gdplay.formula.text import to_text

    return Function(
        Formula(to_text(result), name, result, symbols), name=name if name.isidentifier() else "f"
    )


def from_text(text: str, **keywords: Any) -> Function:
    """Return the function of a formula; the keywords are those of ``signature.read``. Raises FormulaError."""
    formula = read(text, **keywords)
    return Function(formula, dict(keywords.get("constants") or {}), formula.name)

"""Make parity.json: the paths of torch.optim and Optax that the catalogue's equations are compared with.

Needs torch and optax, which gdplay does not: run it where they are installed, from this folder, with
``python make_parity.py``. Every original runs three times, twice with its gradient moved by 4 units in
the last place: where those paths part, the path is chaotic (or the sign of a small number decides), and
``last`` is the last step before that.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import torch
from parity_cases import CASES, LEFT_OUT, STARTS, STEPS, Case

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
ULPS = 4
SCANS: dict[str, Any] = {}
"""The compiled loops of the case at hand."""
SHARED = Path(__file__).parents[2] / "gdplay" / "catalog" / "parity.yaml"

VALUES = {
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "ill_quadratic": lambda x, y: 0.5 * (x**2 + 100 * y**2),
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
}


GRADIENTS = {
    "rosenbrock": lambda x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
    "ill_quadratic": lambda x, y: (x, 100 * y),
    "beale": lambda x, y: (
        sum(2 * (c - x + x * y**k) * (y**k - 1) for k, c in enumerate((1.5, 2.25, 2.625), 1)),
        sum(2 * (c - x + x * y**k) * k * x * y ** (k - 1) for k, c in enumerate((1.5, 2.25, 2.625), 1)),
    ),
    "himmelblau": lambda x, y: (
        4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7), 2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7)),
}  # fmt: skip


def rate_at(rate: float | str, t: int) -> float:
    return float(eval(rate.replace("^", "**"), {"t": t})) if isinstance(rate, str) else rate  # noqa: S307


def moved(g: Any, side: Any) -> Any:
    return g + side * ULPS * np.finfo(float).eps * abs(g).max() * np.array([1.0, -1.0])


def torch_path(case: Case, problem: str, start: list[float], rate: Any, side: int) -> list[np.ndarray]:
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in case.settings.items()}
    settings |= {"amsgrad": {"amsgrad": True}, "amsgradw": {"amsgrad": True}, "nesterov": {"nesterov": True},
                 "nadamw": {"decoupled_weight_decay": True}, "radamw": {"decoupled_weight_decay": True}}.get(case.optimizer, {})  # fmt: skip
    x = torch.tensor(start, requires_grad=True)
    make = getattr(torch.optim, case.original.rpartition(".")[2])
    optimizer = make([x], lr=rate_at(rate, 1), **settings)
    path = []
    for t in range(1, STEPS[-1] + 1):
        optimizer.param_groups[0]["lr"] = rate_at(rate, t)
        g = np.array(GRADIENTS[problem](*x.tolist()))
        x.grad = torch.tensor(moved(g, side))
        optimizer.step()
        path.append(x.detach().numpy().copy())
    return path


def exact_diagonal() -> Any:
    def update(updates, state, params=None, diagonal=None, **_):
        return diagonal, state

    return optax.GradientTransformationExtraArgs(lambda params: optax.EmptyState(), update)


def made(case: Case, rate: Any) -> Any:
    """Return the Optax transformation of a case."""
    name, settings = case.original.removeprefix("optax."), dict(case.settings)
    lr: Any = rate
    if isinstance(rate, str):
        first, base = rate.partition("*")[0], 0.99
        lr = lambda count: float(first) * base**count  # noqa: E731
    if name == "normalize_by_update_norm":
        return optax.chain(optax.normalize_by_update_norm(), optax.scale_by_learning_rate(lr))
    if name == "polyak_sgd":
        return optax.polyak_sgd(max_learning_rate=lr, **settings)
    if name == "contrib.sophia":
        return optax.contrib.sophia(lr, hessian_diagonal_fn=exact_diagonal(), **settings)
    if name == "contrib.sam":
        from optax.contrib._sam import normalize

        adversary = optax.chain(normalize(), optax.sgd(settings["rho"]))
        return optax.contrib.sam(optax.sgd(lr), adversary, sync_period=2, opaque_mode=True)
    if name == "lbfgs":
        return optax.lbfgs(lr, linesearch=None)
    if name == "lookahead":
        return optax.lookahead(optax.adam(lr), settings["sync_period"], settings["slow_step_size"])
    if case.optimizer == "nesterov":
        settings["nesterov"] = True
    if name == "contrib.madgrad":
        return optax.contrib.madgrad(lr, **settings)
    make = functools.reduce(getattr, name.split("."), optax)
    return make(lr, **settings)


def optax_path(case: Case, problem: str, start: list[float], rate: Any, side: int) -> list[np.ndarray]:
    original = made(case, rate)
    x: Any = jnp.array(start)
    ahead = case.optimizer == "lookahead"
    if ahead:
        x = optax.LookaheadParams.init_synced(x)
    takes_extra = isinstance(original, optax.GradientTransformationExtraArgs)

    def f(p: Any) -> Any:
        return VALUES[problem](p[0], p[1])

    def gradient(p: Any) -> Any:
        return jnp.stack(GRADIENTS[problem](p[0], p[1]))

    def step(carried: Any, _: Any) -> Any:
        x, state, side = carried
        point = x.fast if ahead else x
        given: dict[str, Any] = {}
        if case.optimizer == "sam":
            given = {"grad_fn": lambda params, _: gradient(params)}
        elif takes_extra:
            given = {"value": f(point), "diagonal": jnp.diag(jax.hessian(f)(point))}
        updates, state = original.update(moved(gradient(point), side), state, x, **given)
        x = optax.apply_updates(x, updates)
        return (x, state, side), x.fast if ahead else x

    if problem not in SCANS:
        SCANS[problem] = jax.jit(lambda x, state, side: jax.lax.scan(step, (x, state, side), None, STEPS[-1])[1])
    return list(np.asarray(SCANS[problem](x, original.init(x), float(side))))


def error(a: np.ndarray, b: np.ndarray, start: list[float]) -> float:
    """Return how far two points are apart, relative to their size or to a hundredth of the start's."""
    return float(np.abs(a - b).max() / max(np.abs(a).max(), 0.01 * np.abs(start).max()))


def run(case: Case) -> dict[str, Any]:
    make = torch_path if case.convention == "torch" else optax_path
    paths: dict[str, Any] = {}
    for name, start in STARTS.items():
        SCANS.clear()
        plain, above, below = (make(case, name, start, case.rates[name], side) for side in (0, 1, -1))
        last, rows = 0, []
        for k in STEPS:
            limit = max(1e-12 if k <= 50 else 1e-9, case.tolerance)
            found = plain[k - 1]
            apart = max(error(found, other[k - 1], start) for other in (above, below))
            if not np.isfinite(found).all() or not apart <= limit / 2:
                break
            last = k
            rows.append(found.tolist())
        paths[name] = {"last": last, "x": rows}
    return {"optimizer": case.optimizer, "convention": case.convention, "original": case.original,
            "settings": case.settings, "rates": case.rates, "tolerance": case.tolerance, "paths": paths}  # fmt: skip


def main() -> None:
    found = []
    for case in CASES:
        found.append(run(case))
        print(case.original, case.settings, {n: p["last"] for n, p in found[-1]["paths"].items()}, flush=True)
    versions = {"torch": torch.__version__, "optax": optax.__version__, "jax": jax.__version__}
    data = {"made_with": versions, "steps": STEPS, "starts": STARTS, "cases": found, "left_out": LEFT_OUT}
    Path(__file__).with_name("parity.json").write_text(json.dumps(data, separators=(",", ":")) + "\n")
    lines = ["# Written by tests/catalog/make_parity.py: what was compared, and up to which step it agrees.",
             f"torch: {torch.__version__.partition('+')[0]}", f"optax: {optax.__version__}", "compared:"]  # fmt: skip
    for case in found:
        said = ", ".join(f"{k} {json.dumps(v).replace(chr(34), '')}" for k, v in case["settings"].items())
        steps = ", ".join(str(path["last"]) for path in case["paths"].values())
        lines.append(f'  - {{optimizer: {case["optimizer"]}, original: {case["original"]}, settings: "{said}", steps: [{steps}]}}')
    lines += ["left_out:", *(f'  {name}: "{reason}"' for name, reason in LEFT_OUT.items())]
    SHARED.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

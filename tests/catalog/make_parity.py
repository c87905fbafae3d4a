"""Make parity.json: the paths of torch.optim and Optax that the catalogue's equations are compared with.

Needs torch and optax, which gdplay does not: run it where they are installed, from this folder, with
``python make_parity.py``; names of optimizers after it make only theirs anew.

Every original runs five times, four times with the point at which its gradient is taken, and the
gradient itself, moved at random by up to 8 units in the last place: where those paths part, the path is
chaotic (or the sign of a small number decides), and ``last`` is the last step before that.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import sys
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
ULPS = 8
VARIANTS = 4
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


SWITCHED_ON = {
    "amsgrad":  {"amsgrad": True},
    "amsgradw": {"amsgrad": True},
    "nesterov": {"nesterov": True},
    "nadamw":   {"decoupled_weight_decay": True},
    "radamw":   {"decoupled_weight_decay": True},
}  # fmt: skip
"""What is an optimizer of its own in gdplay and a switch in torch."""


def rate_at(rate: float | str, t: int) -> float:
    return float(eval(rate.replace("^", "**"), {"t": t})) if isinstance(rate, str) else rate


def errors(variant: int) -> np.ndarray:
    """Return the rounding errors of a variant, a pair a step; none for the first."""
    random = np.random.default_rng(variant).uniform(-1, 1, (STEPS[-1], 2))
    return random * ULPS * np.finfo(float).eps * (variant > 0)


def gradient(problem: str, x: Any, small: Any, numbers: Any) -> Any:
    """Return the gradient with relative rounding errors; ``numbers`` is NumPy's or JAX's module."""
    at = x * (1 + small)
    g = numbers.stack(GRADIENTS[problem](at[0], at[1]))
    return g + abs(g).max() * small


def torch_path(
    case: Case, problem: str, start: list[float], rate: Any, small: np.ndarray
) -> list[np.ndarray]:
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in case.settings.items()}
    settings |= SWITCHED_ON.get(case.optimizer, {})
    x = torch.tensor(start, requires_grad=True)
    make = getattr(torch.optim, case.original.rpartition(".")[2])
    optimizer = make([x], lr=rate_at(rate, 1), **settings)
    path = []
    for t in range(1, STEPS[-1] + 1):
        optimizer.param_groups[0]["lr"] = rate_at(rate, t)
        x.grad = torch.tensor(gradient(problem, x.detach().numpy(), small[t - 1], np))
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
        lr = functools.partial(lambda first, count: first * 0.99**count, float(rate.partition("*")[0]))
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
    if name == "adafactor":
        # adafactor's own chain, but for the decay, which it computes in float32
        def decay(count: Any, exponent: Any) -> Any:
            return 1.0 - (count + jnp.float64(1)) ** -exponent

        return optax.chain(
            optax.scale_by_factored_rms(decay_rate_fn=decay), optax.clip_by_block_rms(1.0),
            optax.scale_by_learning_rate(lr, flip_sign=False), optax.scale_by_param_block_rms(),
            optax.scale(-1.0),
        )  # fmt: skip
    make = functools.reduce(getattr, name.split("."), optax)
    return make(lr, **settings)


def optax_path(
    case: Case, problem: str, start: list[float], rate: Any, small: np.ndarray
) -> list[np.ndarray]:
    original = made(case, rate)
    x: Any = jnp.array(start)
    ahead = case.optimizer == "lookahead"
    if ahead:
        x = optax.LookaheadParams.init_synced(x)
    takes_extra = isinstance(original, optax.GradientTransformationExtraArgs)

    def f(p: Any) -> Any:
        return VALUES[problem](p[0], p[1])

    def step(carried: Any, small: Any) -> Any:
        x, state = carried
        point = x.fast if ahead else x
        given: dict[str, Any] = {}
        if case.optimizer == "sam":
            given = {"grad_fn": lambda params, _: gradient(problem, params, small, jnp)}
        elif takes_extra:
            given = {"value": f(point), "diagonal": jnp.diag(jax.hessian(f)(point))}
        updates, state = original.update(gradient(problem, point, small, jnp), state, x, **given)
        x = optax.apply_updates(x, updates)
        return (x, state), x.fast if ahead else x

    if problem not in SCANS:
        SCANS[problem] = jax.jit(lambda x, state, small: jax.lax.scan(step, (x, state), small)[1])
    return list(np.asarray(SCANS[problem](x, original.init(x), small)))


def error(a: np.ndarray, b: np.ndarray, start: list[float]) -> float:
    """Return how far two points are apart, relative to their size or to a hundredth of the start's."""
    return float(np.abs(a - b).max() / max(np.abs(a).max(), 0.01 * np.abs(start).max()))


def run(case: Case) -> dict[str, Any]:
    make = torch_path if case.convention == "torch" else optax_path
    paths: dict[str, Any] = {}
    for name, start in STARTS.items():
        SCANS.clear()
        plain, *others = (make(case, name, start, case.rates[name], errors(k)) for k in range(VARIANTS + 1))
        last, rows = 0, []
        for k in STEPS:
            limit = max(1e-12 if k <= 50 else 1e-9, case.tolerance)
            found = plain[k - 1]
            apart = max(error(found, other[k - 1], start) for other in others)
            if not np.isfinite(found).all() or not apart <= limit / 2:
                break
            last = k
            rows.append(found.tolist())
        paths[name] = {"last": last, "x": rows}
    return {**dataclasses.asdict(case), "paths": paths}


def main(only: list[str]) -> None:
    """Make every case anew, or only those of the optimizers named; the others keep their numbers."""
    target = Path(__file__).with_name("parity.json")
    old = json.loads(target.read_text())["cases"] if only else []
    found = []
    for case in CASES:
        rest = json.loads(json.dumps(dataclasses.asdict(case)))
        kept = next((row for row in old if {**row, "paths": None} == {**rest, "paths": None}), None)
        found.append(kept if kept and case.optimizer not in only else run(case))
        print(case.original, case.settings, {n: p["last"] for n, p in found[-1]["paths"].items()}, flush=True)
    versions = {"torch": torch.__version__, "optax": optax.__version__, "jax": jax.__version__}
    data = {"made_with": versions, "steps": STEPS, "starts": STARTS, "cases": found, "left_out": LEFT_OUT}
    target.write_text(json.dumps(data, separators=(",", ":")) + "\n")
    lines = ["# Written by tests/catalog/make_parity.py: what was compared, and up to which step it agrees."]
    lines += [f"torch: {torch.__version__.partition('+')[0]}", f"optax: {optax.__version__}", "compared:"]
    for case in found:
        said = ", ".join(f"{k} {json.dumps(v).replace(chr(34), '')}" for k, v in case["settings"].items())
        steps = ", ".join(str(path["last"]) for path in case["paths"].values())
        names = f"optimizer: {case['optimizer']}, original: {case['original']}"
        lines.append(f'  - {{{names}, settings: "{said}", steps: [{steps}]}}')
    lines += ["left_out:", *(f'  {name}: "{reason}"' for name, reason in LEFT_OUT.items())]
    SHARED.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

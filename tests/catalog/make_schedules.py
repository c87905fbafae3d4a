# ruff: noqa: E501  (tables: aligned rows are read down their columns)
"""Write schedules.json: what torch.optim.lr_scheduler and optax.schedules give, step by step.

Run it in an environment that has torch, jax and optax; the tests read the file and need none of them.
Each case holds the config in the words of the library it comes from. Optax is asked twice: with a
float64 count, and with the int32 count that its optimizers use, which makes much of it float32.
"""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax
import torch
from torch.optim import lr_scheduler as schedulers

STEPS = 70
EXACT, FLOAT32 = 1e-12, 1e-5
BASE = 0.1

# fmt: off
TORCH: list[tuple[str, dict[str, Any]]] = [
    ("StepLR",                      {"step_size": 15, "gamma": 0.3}),
    ("StepLR",                      {"step_size": 30}),
    ("MultiStepLR",                 {"milestones": [7, 20, 21, 50], "gamma": 0.5}),
    ("ConstantLR",                  {}),
    ("ConstantLR",                  {"factor": 0.25, "total_iters": 12}),
    ("LinearLR",                    {}),
    ("LinearLR",                    {"start_factor": 0.1, "end_factor": 0.7, "total_iters": 33}),
    ("ExponentialLR",               {"gamma": 0.93}),
    ("PolynomialLR",                {}),
    ("PolynomialLR",                {"total_iters": 40, "power": 2.5}),
    ("CosineAnnealingLR",           {"T_max": 25}),
    ("CosineAnnealingLR",           {"T_max": 30, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 12}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2, "eta_min": 0.003}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 3}),
    ("CyclicLR",                    {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 9}),
    ("CyclicLR",                    {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 6, "step_size_down": 11, "mode": "triangular2"}),
    ("CyclicLR",                    {"base_lr": 0.02, "max_lr": 0.3, "step_size_up": 8, "mode": "exp_range", "gamma": 0.97}),
    ("OneCycleLR",                  {"max_lr": 0.5, "total_steps": 60}),
    ("OneCycleLR",                  {"max_lr": 0.5, "total_steps": 53, "pct_start": 0.21, "anneal_strategy": "linear", "div_factor": 10, "final_div_factor": 50}),
    ("OneCycleLR",                  {"max_lr": 0.5, "total_steps": 60, "three_phase": True}),
    ("OneCycleLR",                  {"max_lr": 0.5, "total_steps": 61, "pct_start": 0.4, "three_phase": True, "anneal_strategy": "linear"}),
]
SEQUENCES: list[tuple[str, list[tuple[str, dict[str, Any]]], dict[str, Any]]] = [
    ("SequentialLR",     [("LinearLR", {"start_factor": 0.01, "total_iters": 10}), ("CosineAnnealingLR", {"T_max": 50})], {"milestones": [10]}),
    ("SequentialLR",     [("ConstantLR", {"factor": 0.1, "total_iters": 20}), ("ExponentialLR", {"gamma": 0.9}), ("StepLR", {"step_size": 5})], {"milestones": [20, 41]}),
    ("ChainedScheduler", [("ConstantLR", {"factor": 0.1, "total_iters": 20}), ("ExponentialLR", {"gamma": 0.9})], {}),
    ("ChainedScheduler", [("StepLR", {"step_size": 13}), ("LinearLR", {"total_iters": 8}), ("MultiStepLR", {"milestones": [30, 50]})], {}),
]
MOMENTUM: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("one_cycle_momentum", {"max_lr": 0.5, "total_steps": 60}, {"total_steps": 60}),
    ("one_cycle_momentum", {"max_lr": 0.5, "total_steps": 60, "three_phase": True, "anneal_strategy": "linear", "base_momentum": 0.8, "max_momentum": 0.99},
                           {"total_steps": 60, "three_phase": True, "anneal_strategy": "linear", "base_momentum": 0.8, "max_momentum": 0.99}),
]
PLATEAU: list[dict[str, Any]] = [
    {"patience": 3},
    {"patience": 2, "factor": 0.5, "cooldown": 4, "min_lr": 0.01},
    {"patience": 0, "factor": 0.7, "threshold": 0.05},
    {"patience": 4, "factor": 0.3, "threshold": 0.02, "threshold_mode": "abs"},
]
OPTAX: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # the arguments, and what the config says besides
    ("constant_schedule",                 {"value": 0.3}, {}),
    ("linear_schedule",                   {"init_value": 0.3, "end_value": 0.05, "transition_steps": 40, "transition_begin": 7}, {}),
    ("polynomial_schedule",               {"init_value": 0.3, "end_value": 0.05, "power": 3, "transition_steps": 40, "transition_begin": 5}, {}),
    ("exponential_decay",                 {"init_value": 0.3, "transition_steps": 10, "decay_rate": 0.6}, {}),
    ("exponential_decay",                 {"init_value": 0.3, "transition_steps": 10, "decay_rate": 0.6, "staircase": True, "transition_begin": 4, "end_value": 0.05}, {}),
    ("exponential_decay",                 {"init_value": 0.3, "transition_steps": 20, "decay_rate": 1.5, "end_value": 0.6}, {}),
    ("cosine_decay_schedule",             {"init_value": 0.3, "decay_steps": 50}, {"convention": "optax"}),
    ("cosine_decay_schedule",             {"init_value": 0.3, "decay_steps": 50, "alpha": 0.1, "exponent": 1.7}, {"convention": "optax"}),
    ("piecewise_constant_schedule",       {"init_value": 0.3, "boundaries_and_scales": {10: 0.5, 25: 0.1, 60: 4.0}}, {}),
    ("piecewise_interpolate_schedule",    {"interpolate_type": "linear", "init_value": 0.3, "boundaries_and_scales": {10: 0.5, 25: 0.1, 60: 4.0}}, {}),
    ("piecewise_interpolate_schedule",    {"interpolate_type": "cosine", "init_value": 0.3, "boundaries_and_scales": {15: 2.0, 40: 0.1}}, {}),
    ("cosine_onecycle_schedule",          {"transition_steps": 60, "peak_value": 0.5}, {"convention": "optax"}),
    ("linear_onecycle_schedule",          {"transition_steps": 60, "peak_value": 0.5, "pct_start": 0.25, "pct_final": 0.8, "div_factor": 5.0, "final_div_factor": 100.0}, {"convention": "optax"}),
    ("warmup_constant_schedule",          {"init_value": 0.01, "peak_value": 0.3, "warmup_steps": 12}, {}),
    ("warmup_cosine_decay_schedule",      {"init_value": 0.01, "peak_value": 0.3, "warmup_steps": 12, "decay_steps": 55, "end_value": 0.02, "exponent": 1.3}, {}),
    ("warmup_exponential_decay_schedule", {"init_value": 0.01, "peak_value": 0.3, "warmup_steps": 12, "transition_steps": 9, "decay_rate": 0.7, "staircase": True, "end_value": 0.02}, {}),
]
OPTAX_PLATEAU: list[dict[str, Any]] = [
    {"patience": 3},
    {"patience": 2, "factor": 0.5, "cooldown": 4, "min_scale": 0.05},
    {"patience": 5, "factor": 0.3, "rtol": 0.02, "atol": 0.01},
]
# fmt: on


def losses() -> list[float]:
    """Return a loss that falls, rests and rises: (STEPS,)."""
    k = np.arange(STEPS)
    return (3 * np.exp(-k / 9) + 0.4 * np.sin(k * k / 7) + 1).tolist()


def follow(make: Any, what: str = "lr", base: float = BASE, metric: list[float] | None = None) -> list[float]:
    """Return what a torch scheduler makes of a parameter group, before each step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base, momentum=0.9)
    scheduler = make(optimizer)
    found: list[float] = []
    for k in range(STEPS):
        found.append(float(optimizer.param_groups[0][what]))
        optimizer.step()
        if k < STEPS - 1:
            try:
                scheduler.step() if metric is None else scheduler.step(metric[k])
            except ValueError:  # OneCycleLR ends
                break
    return found


def torch_cases() -> list[dict[str, Any]]:
    """Return the cases of torch."""
    cases: list[dict[str, Any]] = []

    def add(config: dict[str, Any], values: list[float], f: list[float] | None = None) -> None:
        cases.append(
            {
                "from": "torch",
                "config": config,
                "values": values,
                "tolerance": EXACT,
                **({"f": f} if f else {}),
            }
        )

    for name, settings in TORCH:
        own = {} if "base_lr" in settings or "max_lr" in settings else {"lr": BASE}
        made = lambda optimizer, name=name, settings=settings: getattr(schedulers, name)(
            optimizer, **settings
        )
        # torch's one-cycle goes one step beyond its end before it refuses
        add({"schedule": name, **own, **settings}, follow(made)[: settings.get("total_steps")])
    for name, parts, settings in SEQUENCES:

        def joined(optimizer: Any, name: Any = name, parts: Any = parts, settings: Any = settings) -> Any:
            made = [getattr(schedulers, part)(optimizer, **given) for part, given in parts]
            if name == "ChainedScheduler":
                return schedulers.ChainedScheduler(made)
            return schedulers.SequentialLR(optimizer, made, **settings)

        own = {"lr": BASE} if name == "ChainedScheduler" else {}
        each = {} if own else {"lr": BASE}
        inner = [{"schedule": part, **each, **given} for part, given in parts]
        add({"schedule": name, **own, "schedulers": inner, **settings}, follow(joined))
    for name, theirs, ours in MOMENTUM:
        made = lambda optimizer, theirs=theirs: schedulers.OneCycleLR(optimizer, **theirs)
        add({"schedule": name, **ours}, follow(made, "momentum")[: theirs["total_steps"]])
    for settings in PLATEAU:
        made = lambda optimizer, settings=settings: schedulers.ReduceLROnPlateau(optimizer, **settings)
        values = follow(made, metric=losses())
        add({"schedule": "ReduceLROnPlateau", "lr": BASE, **settings}, values, losses())
    return cases


def optax_cases() -> list[dict[str, Any]]:
    """Return the cases of Optax."""
    cases: list[dict[str, Any]] = []
    for name, settings, besides in OPTAX:
        schedule = getattr(optax.schedules, name)(**settings)
        written = dict(settings)
        if "boundaries_and_scales" in written:
            written["boundaries_and_scales"] = {
                str(k): v for k, v in settings["boundaries_and_scales"].items()
            }
        counts = {EXACT: np.arange(STEPS, dtype=np.float64), FLOAT32: np.arange(STEPS, dtype=np.int32)}
        for tolerance, count in counts.items():
            values = [float(schedule(jax.numpy.asarray(k))) for k in count]
            config = {"schedule": name, **written, **besides}
            cases.append({"from": "optax", "config": config, "values": values, "tolerance": tolerance})
    for settings in OPTAX_PLATEAU:
        transform = optax.contrib.reduce_on_plateau(**settings)
        x = jax.numpy.ones(1)
        state = transform.init(x)
        values = []
        for f in losses():
            scaled, state = transform.update(x, state, value=f)
            values.append(BASE * float(scaled[0]))
        config = {"schedule": "reduce_on_plateau", "value": BASE, "convention": "optax", **settings}
        cases.append({"from": "optax", "config": config, "values": values, "tolerance": EXACT, "f": losses()})
    return cases


def main() -> None:
    """Write the file beside this one."""
    warnings.simplefilter("ignore")
    jax.config.update("jax_enable_x64", True)
    cases = [*torch_cases(), *optax_cases()]
    assert all(math.isfinite(value) for case in cases for value in case["values"])
    versions = {"torch": torch.__version__.split("+")[0], "optax": optax.__version__, "jax": jax.__version__}
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    text = f'{{"versions": {json.dumps(versions)},\n "cases": [\n  {lines}\n ]}}\n'
    Path(__file__).with_name("schedules.json").write_text(text)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()

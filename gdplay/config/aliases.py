"""Other libraries' names of optimizers and hyperparameters, and what they are called here."""
# ruff: noqa: E501 (a row of a table is one line)

from __future__ import annotations

# fmt: off
NAMES = {
    "gradient_descent": "gd", "steepest_descent": "gd",
    "heavy_ball": "momentum", "sgdm": "momentum", "nag": "nesterov",
    "sign_sgd": "sign_gd", "signsgd": "sign_gd", "signgd": "sign_gd",
    "ngd": "normalized_gd", "normalize_by_update_norm": "normalized_gd",
    "polyak_sgd": "polyak_step", "bb": "barzilai_borwein",
    "optimistic_gradient_descent": "optimistic_gd", "ogd": "optimistic_gd", "optimistic_adam_v2": "optimistic_adam",
    "schedulefreesgd": "schedule_free_sgd", "sgdschedulefree": "schedule_free_sgd",
    "schedulefreeadamw": "schedule_free_adamw", "adamwschedulefree": "schedule_free_adamw",
    "dadaptadamw": "dadapt_adamw", "dadaptadam": "dadapt_adamw", "sophiah": "sophia",
    "extra_gradient": "extragradient", "runge_kutta": "rk4", "gradient_flow": "rk4",
    "conjugate_gradient": "cg_pr", "cg": "cg_pr", "l-bfgs": "lbfgs", "l_bfgs": "lbfgs",
    "lm": "levenberg_marquardt", "dogleg": "trust_region", "simplifiedademamix": "simplified_ademamix",
    "polyak_averaging": "polyak_average", "ema_average": "ema",
}
"""In lower case; a name that gdplay has itself needs no row, whatever its case."""

VARIANTS = {
    ("adam", "amsgrad"):                   "amsgrad",
    ("adam", "nesterov"):                  "nadam",
    ("adam", "decoupled_weight_decay"):    "adamw",
    ("adamw", "amsgrad"):                  "amsgradw",
    ("adamw", "nesterov"):                 "nadamw",
    ("amsgrad", "decoupled_weight_decay"): "amsgradw",
    ("nadam", "decoupled_weight_decay"):   "nadamw",
    ("radam", "decoupled_weight_decay"):   "radamw",
    ("momentum", "nesterov"):              "nesterov",
}
"""A switch that is an optimizer of its own here."""

SWITCHES = ("nesterov", "centered")
"""Hyperparameters that are 1 or 0 here, and true or false elsewhere."""

EVERYWHERE: dict[str, tuple[str, ...]] = {
    "lr": ("learning_rate",), "step_size": ("learning_rate",), "wd": ("weight_decay",),
    "b1": ("beta1",), "b2": ("beta2",), "b3": ("beta3",), "beta_1": ("beta1",), "beta_2": ("beta2",),
    "epsilon": ("eps",), "betas": ("beta1", "beta2", "beta3"), "nus": ("nu1", "nu2"),
    "etas": ("eta_minus", "eta_plus"), "step_sizes": ("min_step_size", "max_step_size"),
}
"""Spellings that mean the same for every optimizer; several names take a list, in this order."""

BY_OPTIMIZER: dict[str, dict[str, tuple[str, ...]]] = {
    "rmsprop":         {"alpha": ("decay",), "rho": ("decay",)},
    "adadelta":        {"decay": ("rho",)},
    "momentum":        {"beta": ("momentum",), "decay": ("momentum",), "mu": ("momentum",)},
    "nesterov":        {"beta": ("momentum",), "decay": ("momentum",), "mu": ("momentum",)},
    "sgd":             {"decay": ("momentum",)},
    "signum":          {"momentum": ("beta",), "decay": ("beta",)},
    "qhm":             {"momentum": ("beta",)},
    "adafactor":       {"eps": ("eps1", "eps2"), "weight_decay_rate": ("weight_decay",)},
    "sm3":             {"beta1": ("momentum",)},
    "lars":            {"eta": ("trust_coefficient",)},
    "polyak_step":     {"max_learning_rate": ("learning_rate",)},
    "prodigy":         {"estim_lr0": ("d0",), "estim_lr_coef": ("d_coef",)},
    "dadapt_adamw":    {"estim_lr0": ("d0",)},
    "sophia":          {"rho": ("clip_threshold",)},
    "yogi":            {"initial_accumulator": ("initial_accumulator_value",)},
    "lookahead":       {"k": ("sync_period",), "alpha": ("slow_step_size",)},
    "ema":             {"decay": ("ema_decay",)},
}

_SAME_NUMBERS = "leave it out: it does not change the numbers"
_FLOAT64 = "leave it out: everything is float64 here"
_SEARCH = "leave it out, and choose a search: learning_rate: {search: ...}"
REFUSED = {
    "maximize": "gdplay minimises: give the function with the other sign, -(...)",
    "foreach": _SAME_NUMBERS, "fused": _SAME_NUMBERS, "capturable": _SAME_NUMBERS, "differentiable": _SAME_NUMBERS,
    "mu_dtype": _FLOAT64, "accumulator_dtype": _FLOAT64, "state_dtype": _FLOAT64, "dtype_momentum": _FLOAT64,
    "mask": "leave it out: x is one tensor", "weight_decay_mask": "leave it out: x is one tensor",
    "trust_ratio_mask": "leave it out: x is one tensor", "params": "leave it out: x is what is optimised",
    "line_search_fn": _SEARCH, "linesearch": _SEARCH, "max_iter": "set stop.max_steps", "max_eval": "set stop.max_steps",
    "tolerance_grad": "set stop.gradient_norm", "tolerance_change": "set stop.step_norm",
    "history_size": "leave it out: the memory is ten steps", "memory_size": "leave it out: the memory is ten steps",
    "warmup_steps": "write the warm-up as a formula in t: learning_rate: 0.1*min(1, t/100)",
    "amsgrad": "the optimizers amsgrad and amsgradw are entries of their own",
    "decoupled_weight_decay": "adamw, amsgradw, nadamw and radamw have it",
    "dampening": "choose the optimizer sgd, which has it", "min_dim_size_to_factor": "leave it out: x is one vector",
    "eps_in_sqrt": "choose it by convention: torch (outside the root) or optax (inside)",
}
"""What other libraries have and gdplay has not under any name: what to do instead."""
# fmt: on

"""What is compared with torch.optim and Optax: one row a case, settings in the original's own spelling."""
# ruff: noqa: E501 (a row of a table is one line)

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STEPS = (1, 2, 3, 5, 10, 50, 100, 250, 500)
STARTS = {
    "rosenbrock": [-1.2, 1.0],
    "ill_quadratic": [4.0, 1.0],
    "beale": [1.0, 1.25],
    "himmelblau": [-1.0, 2.5],
}
PLAIN = {"rosenbrock": 5e-4, "ill_quadratic": 5e-3, "beale": 3e-3, "himmelblau": 4e-3}
SLOW = {**dict.fromkeys(STARTS, 0.02), "rosenbrock": 1e-3}
FALLING = {name: f"{rate}*0.99^(t - 1)" for name, rate in PLAIN.items()}


def everywhere(rate: float) -> dict[str, float]:
    return dict.fromkeys(STARTS, rate)


@dataclass(frozen=True)
class Case:
    """One original with one setting; ``rates`` are those of the four problems."""

    optimizer: str
    convention: str
    original: str
    settings: dict[str, Any] = field(default_factory=dict)
    rates: dict[str, float | str] = field(default_factory=lambda: everywhere(0.02))
    tolerance: float = 0.0
    """How far float32 arithmetic in the original may lead it away; 0 where there is none."""


def torch(optimizer: str, original: str, rates: Any = None, tolerance: float = 0.0, **settings: Any) -> Case:
    return Case(optimizer, "torch", f"torch.optim.{original}", settings, rates or everywhere(0.02), tolerance)


def optax(optimizer: str, original: str, rates: Any = None, tolerance: float = 0.0, **settings: Any) -> Case:
    return Case(optimizer, "optax", f"optax.{original}", settings, rates or everywhere(0.02), tolerance)


CASES = [
    torch("gd", "SGD", PLAIN),
    torch("sgd", "SGD", PLAIN, weight_decay=0.1),
    torch("sgd", "SGD", PLAIN, momentum=0.8, dampening=0.3, weight_decay=0.05),
    torch("sgd", "SGD", PLAIN, momentum=0.9, nesterov=True),
    torch("sgd", "SGD", PLAIN, momentum=0, dampening=0.5),
    torch("momentum", "SGD", PLAIN, momentum=0.9),
    torch("momentum", "SGD", FALLING, momentum=0.9),
    torch("nesterov", "SGD", PLAIN, momentum=0.9),
    torch("rprop", "Rprop", everywhere(0.01)),
    torch("rprop", "Rprop", everywhere(0.1), etas=[0.4, 1.3], step_sizes=[1e-3, 0.2]),
    torch("rmsprop", "RMSprop"),
    torch("rmsprop", "RMSprop", everywhere(0.003), alpha=0.9, eps=1e-3, weight_decay=0.1),
    torch("rmsprop", "RMSprop", everywhere(0.003), centered=True, alpha=0.95, eps=1e-4),
    torch("rmsprop", "RMSprop", everywhere(0.003), centered=True, momentum=0.8, eps=1e-2),
    torch("rmsprop", "RMSprop", dict.fromkeys(STARTS, "0.005*0.99^(t - 1)"), momentum=0.9, eps=0.1),
    torch("adagrad", "Adagrad", everywhere(0.2)),
    torch("adagrad", "Adagrad", everywhere(0.2), lr_decay=0.01, initial_accumulator_value=0.5, eps=0.1, weight_decay=0.1),
    torch("adadelta", "Adadelta", everywhere(1.0)),
    torch("adadelta", "Adadelta", everywhere(0.05), rho=0.8, eps=1e-3, weight_decay=0.1),
    torch("adam", "Adam"),
    torch("adam", "Adam", betas=[0.8, 0.99], eps=0.1, weight_decay=0.1),
    torch("amsgrad", "Adam"),
    torch("amsgrad", "Adam", betas=[0.9, 0.9], eps=1e-3, weight_decay=0.1),
    torch("adamw", "AdamW"),
    torch("adamw", "AdamW", betas=[0.7, 0.95], eps=1e-4, weight_decay=0.3),
    torch("amsgradw", "AdamW", betas=[0.9, 0.9], weight_decay=0.1),
    torch("adamax", "Adamax"),
    torch("adamax", "Adamax", betas=[0.8, 0.95], eps=0.1, weight_decay=0.1),
    torch("nadam", "NAdam"),
    torch("nadam", "NAdam", betas=[0.8, 0.95], eps=1e-2, momentum_decay=0.1, weight_decay=0.1),
    torch("nadamw", "NAdam", weight_decay=0.2),
    torch("radam", "RAdam", SLOW),
    torch("radam", "RAdam", SLOW, betas=[0.8, 0.95], eps=0.1, weight_decay=0.1),
    torch("radamw", "RAdam", SLOW, weight_decay=0.2),
    torch("asgd", "ASGD", PLAIN, lambd=0.01, alpha=0.5, t0=10.0),
    torch("asgd", "ASGD", PLAIN, weight_decay=0.1),
    torch("adafactor", "Adafactor", everywhere(0.005)),
    torch("adafactor", "Adafactor", everywhere(0.01), beta2_decay=-0.5, eps=[1e-3, 0.1], d=1.5, weight_decay=0.1),
    optax("gd", "sgd", PLAIN),
    optax("sgd", "sgd", PLAIN, momentum=0.8, nesterov=True),
    optax("momentum", "sgd", FALLING, momentum=0.9),
    optax("nesterov", "sgd", PLAIN, momentum=0.9),
    optax("sign_gd", "sign_sgd", everywhere(0.003)),
    optax("signum", "signum", everywhere(0.003)),
    optax("signum", "signum", everywhere(0.003), beta=0.5),
    optax("normalized_gd", "normalize_by_update_norm", everywhere(0.01)),
    optax("polyak_step", "polyak_sgd", PLAIN),
    optax("polyak_step", "polyak_sgd", PLAIN, f_min=-1.0, eps=0.1),
    optax("rmsprop", "rmsprop", everywhere(0.005)),
    optax("rmsprop", "rmsprop", everywhere(0.005), decay=0.95, eps=0.1, momentum=0.8, nesterov=True),
    optax("rmsprop", "rmsprop", dict.fromkeys(STARTS, "0.005*0.99^(t - 1)"), momentum=0.9, eps=0.1),
    optax("rmsprop", "rmsprop", everywhere(0.002), centered=True, eps=1e-2, momentum=0.5),
    optax("adagrad", "adagrad", everywhere(0.2)),
    optax("adagrad", "adagrad", everywhere(0.2), initial_accumulator_value=1.0, eps=0.1),
    optax("adadelta", "adadelta", everywhere(0.05), rho=0.8, eps=1e-3, weight_decay=0.1),
    optax("adam", "adam"),
    optax("adam", "adam", b1=0.8, b2=0.99, eps=1e-3, eps_root=1e-4),
    optax("amsgrad", "amsgrad", b2=0.9, eps_root=1e-6),
    optax("adamw", "adamw"),
    optax("adamw", "adamw", b1=0.8, b2=0.95, eps=1e-3, eps_root=1e-6, weight_decay=0.2),
    optax("adamax", "adamax", b1=0.8),
    optax("adamaxw", "adamaxw", weight_decay=0.1),
    optax("nadam", "nadam", b1=0.8, b2=0.99),
    optax("nadamw", "nadamw", weight_decay=0.1),
    optax("radam", "radam", SLOW),
    optax("radam", "radam", SLOW, b2=0.95, eps=0.1, threshold=6.0),
    optax("adabelief", "adabelief"),
    optax("adabelief", "adabelief", b1=0.8, b2=0.95, eps=1e-3, eps_root=1e-5),
    optax("yogi", "yogi"),
    optax("yogi", "yogi", b1=0.8, b2=0.95, eps=0.1),
    optax("adan", "adan"),
    optax("adan", "adan", b1=0.9, b2=0.8, b3=0.95, eps=1e-3, weight_decay=0.1),
    optax("lion", "lion", everywhere(0.003)),
    optax("lion", "lion", everywhere(0.003), b1=0.8, b2=0.9, weight_decay=0.1),
    optax("lamb", "lamb", everywhere(0.005)),
    optax("lamb", "lamb", everywhere(0.005), b1=0.8, b2=0.95, eps=1e-3, weight_decay=0.1),
    optax("lars", "lars", everywhere(1.0)),
    optax("lars", "lars", everywhere(0.5), momentum=0.5, nesterov=True, weight_decay=0.1, eps=0.1),
    optax("novograd", "novograd", everywhere(0.005)),
    optax("novograd", "novograd", everywhere(0.005), b1=0.8, b2=0.9, eps=1e-3, eps_root=1e-4, weight_decay=0.1),
    optax("adafactor", "adafactor", everywhere(0.02)),
    optax("sm3", "sm3", everywhere(0.2)),
    optax("sm3", "sm3", everywhere(0.2), momentum=0.5),
    optax("adopt", "contrib.adopt"),
    optax("adopt", "contrib.adopt", b1=0.8, b2=0.99, eps=1e-3),
    optax("ademamix", "contrib.ademamix", everywhere(0.005)),
    optax("ademamix", "contrib.ademamix", everywhere(0.005), b3=0.99, alpha=2.0, weight_decay=0.1),
    optax("simplified_ademamix", "contrib.simplified_ademamix", everywhere(1e-3)),
    optax("simplified_ademamix", "contrib.simplified_ademamix", everywhere(1e-3), b1=0.9, b2=0.99, alpha=2.0),
    optax("madgrad", "contrib.madgrad", everywhere(0.05), 1e-4),
    optax("madgrad", "contrib.madgrad", everywhere(0.05), 1e-4, momentum=0.5, eps=1e-3, weight_decay=0.1),
    optax("schedule_free_sgd", "contrib.schedule_free_sgd", PLAIN),
    optax("schedule_free_sgd", "contrib.schedule_free_sgd", PLAIN, b1=0.8, weight_lr_power=1.0),
    optax("schedule_free_adamw", "contrib.schedule_free_adamw", everywhere(0.01)),
    optax("schedule_free_adamw", "contrib.schedule_free_adamw", everywhere(0.01), b1=0.8, b2=0.95, eps=1e-3, weight_decay=0.1),
    optax("prodigy", "contrib.prodigy", everywhere(1.0)),
    optax("prodigy", "contrib.prodigy", everywhere(0.5), betas=[0.8, 0.95], estim_lr0=1e-3, weight_decay=0.1),
    optax("dadapt_adamw", "contrib.dadapt_adamw", everywhere(1.0), estim_lr0=1e-3),
    optax("acprop", "contrib.acprop", everywhere(0.002), eps=1e-3),
    optax("dog", "contrib.dog", everywhere(1.0)),
    optax("dowg", "contrib.dowg", everywhere(0.1)),
    optax("momo", "contrib.momo", everywhere(0.003)),
    optax("momo", "contrib.momo", everywhere(0.003), beta=0.5, lower_bound=-1.0, weight_decay=0.1),
    optax("sophia", "contrib.sophia", everywhere(0.01)),
    optax("sophia", "contrib.sophia", everywhere(0.01), b1=0.9, b2=0.5, gamma=0.1, update_interval=3, weight_decay=0.1),
    optax("optimistic_gd", "optimistic_gradient_descent", PLAIN),
    optax("optimistic_gd", "optimistic_gradient_descent", PLAIN, alpha=0.8, beta=0.5),
    optax("optimistic_adam", "optimistic_adam_v2", alpha=0.9, beta=0.6),
    optax("optimistic_adam", "optimistic_adam_v2", b1=0.8, nesterov=False),
    optax("fromage", "fromage"),
    optax("sam", "contrib.sam", PLAIN, rho=0.05),
    optax("lbfgs", "lbfgs", everywhere(0.02)),
    Case("lookahead", "optax", "optax.lookahead", {"of": {"name": "adam"}, "sync_period": 4, "slow_step_size": 0.3}),
]  # fmt: skip

LEFT_OUT = {
    "torch.optim.SparseAdam": "for sparse gradients; on dense ones it is Adam",
    "torch.optim.Muon": "orthogonalises matrices, in bfloat16; x is a vector here",
    "torch.optim.LBFGS": "one step is up to 20 inner ones with a search of its own; lbfgs is compared with Optax",
    "optax.rprop": "version 0.2.8 applies the step before the last: a bug, not copied",
    "optax.noisy_sgd": "other random numbers",
    "optax.optimistic_adam": "deprecated in favour of optimistic_adam_v2",
    "optax.adafactor": "compared with its decay in float64: it is computed in float32 there",
    "optax.contrib.madgrad": "compared to 1e-4: the square root of the step is computed in float32",
    "optax.contrib.cocob": "a betting scheme without a learning rate: no entry yet",
    "optax.contrib.momo_adam": "no entry yet; momo has one",
    "optax.contrib.mechanize": "a wrapper that tunes the rate: no entry yet",
    "optax.contrib.galore": "projects matrices; x is a vector here",
    "optax.contrib.muon": "orthogonalises matrices; x is a vector here",
    "optax.contrib.dpsgd": "needs gradients of single examples",
    "optax.contrib.reduce_on_plateau": "a schedule",
}
"""What has no entry, or is compared less strictly, and why."""

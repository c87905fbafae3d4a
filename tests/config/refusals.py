"""For every key of a config a value that it refuses, and what is said."""

from __future__ import annotations

# One value that each key refuses: a config, and the whole of what is said about it.
REFUSED: dict[str, tuple[str, str]] = {
    "extends": ("function: x^2\nextends: [a]",
        "c.yaml:2: extends: expected the path of a config; write extends: base.yaml"),
    "function": ("function: [x^2]",
        "c.yaml:1: function: expected a formula, a name or a mapping, found a list of 1; write "
        "function: f(x, y) = x^2 + y^2"),
    "start": ("function: x^2\nstart: here",
        "c.yaml:2: start: expected a number, found 'here'; write a number such as 0.01"),
    "optimizer": ("function: x^2\noptimizer: [adam]",
        "c.yaml:2: optimizer: expected a name or a mapping, found a list of 1; write optimizer: "
        "adam"),
    "name": ("function: x^2\nname: ../x",
        "c.yaml:2: name: '../x' can't name a folder; use at most 100 of the characters A-Z a-z "
        "0-9 _ . - and no . or - at the start, such as 'x'"),
    "gradient": ("function: x^2\ngradient: [central]",
        "c.yaml:2: gradient: expected a mapping, found a list of 1; its keys are method, step"),
    "stop": ("function: x^2\nstop: 100",
        "c.yaml:2: stop: expected a mapping, found '100'; its keys are max_steps, gradient_norm, "
        "value, step_norm, stall, formula, diverged"),
    "noise": ("function: x^2\nnoise: 0.1",
        "c.yaml:2: noise: expected a mapping, found '0.1'; its keys are gradient"),
    "log": ("function: x^2\nlog: csv",
        "c.yaml:2: log: expected a mapping, found 'csv'; its keys are every, format, columns"),
    "plot": ("function: x^2\nplot: svg",
        "c.yaml:2: plot: expected a mapping, found 'svg'; its keys are variables, x, y, levels, "
        "resolution, colormap, title, size, dpi, format"),
    "seed": ("function: x^2\nseed: -1",
        "c.yaml:2: seed: expected a whole number from 0 to 9,223,372,036,854,775,807, found "
        "'-1'; write a number such as 100"),
    "engine": ("function: x^2\nengine: numpi",
        "c.yaml:2: engine: expected one of auto, numpy, compiled, found 'numpi'; did you mean "
        "numpy?"),
    "sweep": ("function: x^2\nsweep: 3",
        "c.yaml:2: sweep: this config describes many runs; carry it out with gdplay sweep"),
    "gradient.method": ("function: x^2\ngradient: backward",
        "c.yaml:2: gradient.method: expected one of analytic, forward, central, five-point, "
        "richardson, complex-step, found 'backward'"),
    "gradient.step": ("function: x^2\ngradient:\n  step: 0",
        "c.yaml:3: gradient.step: expected a number above 0, found '0'; write a number such as "
        "0.01"),
    "stop.max_steps": ("function: x^2\nstop:\n  max_steps: 1e13",
        "c.yaml:3: stop.max_steps: expected a whole number from 0 to 1,000,000,000,000, found "
        "'1e13'; write a number such as 100"),
    "stop.gradient_norm": ("function: x^2\nstop:\n  gradient_norm: -1e-8",
        "c.yaml:3: stop.gradient_norm: expected a number of at least 0, found '-1e-8'; write a "
        "number such as 0.01"),
    "stop.value": ("function: x^2\nstop:\n  value: inf",
        "c.yaml:3: stop.value: expected a number, found 'inf'; write a number such as 0.01"),
    "stop.step_norm": ("function: x^2\nstop:\n  step_norm: tiny",
        "c.yaml:3: stop.step_norm: expected a number of at least 0, found 'tiny'; write a number "
        "such as 0.01"),
    "stop.stall": ("function: x^2\nstop:\n  stall: 0",
        "c.yaml:3: stop.stall: expected a whole number from 1 to 1,000,000,000,000, found '0'; "
        "write a number such as 100"),
    "stop.formula": ("function: x^2\nstop:\n  formula: g < 1",
        "c.yaml:3: stop.formula: unknown name 'g'; the names known here: point, gradient, f, lr, "
        "t, best, x\n"
        "    g < 1\n"
        "    ^"),
    "stop.diverged": ("function: x^2\nstop:\n  diverged: 0",
        "c.yaml:3: stop.diverged: expected a number above 0, found '0'; write a number such as "
        "0.01"),
    "noise.gradient": ("function: x^2\nnoise:\n  gradient: -0.1",
        "c.yaml:3: noise.gradient: expected a number of at least 0, found '-0.1'; write a number "
        "such as 0.01"),
    "log.every": ("function: x^2\nlog:\n  every: 0",
        "c.yaml:3: log.every: expected a whole number from 1 to 1,000,000,000,000, found '0'; "
        "write a number such as 100"),
    "log.format": ("function: x^2\nlog:\n  format: xlsx",
        "c.yaml:3: log.format: expected one of csv, parquet, found 'xlsx'"),
    "log.columns": ("function: x^2\nlog:\n  columns: few",
        "c.yaml:3: log.columns: expected all, or names to formulas, found 'few'; write columns: "
        "all, or columns: {r: norm(point)}"),
    "plot.variables": ("function: x^2 + y^2\nplot:\n  variables: [x]",
        "c.yaml:3: plot.variables: expected a list of two, found a list of 1; write [a, b]"),
    "plot.x": ("function: x^2\nplot:\n  x: [1, 1]",
        "c.yaml:3: plot.x: the lower end 1 is not below the upper end 1; write [low, high]"),
    "plot.y": ("function: x^2\nplot:\n  y: 3",
        "c.yaml:3: plot.y: expected a list of two, found '3'; write [a, b]"),
    "plot.levels": ("function: x^2\nplot:\n  levels: 1",
        "c.yaml:3: plot.levels: expected a whole number from 2 to 200, found '1'; write a number "
        "such as 100"),
    "plot.resolution": ("function: x^2\nplot:\n  resolution: 1e7",
        "c.yaml:3: plot.resolution: expected a whole number from 10 to 2,000, found '1e7'; write "
        "a number such as 100"),
    "plot.colormap": ("function: x^2\nplot:\n  colormap: viridid",
        "c.yaml:3: plot.colormap: 'viridid' is not a colormap; did you mean viridis?"),
    "plot.title": ("function: x^2\nplot:\n  title: ''",
        "c.yaml:3: plot.title: expected a text of 1 to 300 characters, found nothing"),
    "plot.size": ("function: x^2\nplot:\n  size: [8, 70000]",
        "c.yaml:3: plot.size: expected a number from 1 to 50, found '70000'; write a number such "
        "as 1"),
    "plot.dpi": ("function: x^2\nplot:\n  dpi: 1e8",
        "c.yaml:3: plot.dpi: expected a whole number from 20 to 600, found '1e8'; write a number "
        "such as 100"),
    "plot.format": ("function: x^2\nplot:\n  format: jpg",
        "c.yaml:3: plot.format: expected one of png, svg, pdf, found 'jpg'; did you mean png?"),
    "function.name": ("function:\n  name: rosenbrok",
        "c.yaml:2: function.name: there is no function 'rosenbrok'; did you mean rosenbrock?"),
    "function.dimension": ("function:\n  name: rosenbrock\n  dimension: 1",
        "c.yaml:3: function.dimension: expected a whole number from 2 to 100,000, found '1'; "
        "write a number such as 100"),
    "function.formula": ("function:\n  formula: x^2 +",
        "c.yaml:2: function.formula: the formula ends where a value is due; complete it after "
        "'+'\n"
        "    x^2 +\n"
        "        ^"),
    "function.residuals": ("function:\n  residuals: [x, y]",
        "c.yaml:2: function.residuals: expected a formula, found a list of 2; quote it: \"x^2 + "
        "y^2\""),
    "function.variables": ("function:\n  formula: x^2\n  variables: [x, e]",
        "c.yaml:3: function.variables: 'e' is a word of the formula language; choose another name"),
    "function.constants": ("function:\n  formula: a*x^2\n  constants: {a: nan}",
        "c.yaml:3: function.constants.a: expected a number, found 'nan'; write a number such as "
        "0.01"),
    "function.domain": ("function:\n  formula: x^2\n  domain: {z: [0, 1]}",
        "c.yaml:3: function.domain.z: unknown key 'z'; the keys here are x"),
    "function.minima": ("function:\n  formula: x^2\n  minima: [[0, 0]]",
        "c.yaml:3: function.minima[0]: 2 values for 1 variable; give 1, in the order x"),
    "function.shift": ("function:\n  formula: x^2\n  shift: [1, 2]",
        "c.yaml:3: function.shift: 2 values for 1 variable; give 1, in the order x"),
    "function.rotate": ("function:\n  formula: x^2\n  rotate: 45",
        "c.yaml:3: function.rotate: there is one variable only; leave rotate out"),
    "function.scale": ("function:\n  formula: x^2\n  scale: 0",
        "c.yaml:3: function.scale: a scale is 0; write numbers other than 0"),
    "optimizer.name": ("function: x^2\noptimizer:\n  name: os.system",
        "c.yaml:3: optimizer.name: there is no optimizer 'os.system'; gdplay list optimizers "
        "shows them; a rule of your own has step: ..."),
    "optimizer.convention": ("function: x^2\noptimizer: {name: adam, convention: jax}",
        "c.yaml:2: optimizer.convention: there is no convention 'jax'; adam has torch and optax "
        "and paper"),
    "optimizer.wrap": ("function: x^2\noptimizer: {wrap: adam, of: gd}",
        "c.yaml:2: optimizer.wrap: adam is no wrapper; choose one of ema, lookahead, "
        "polyak_average"),
    "optimizer.of": ("function: x^2\noptimizer: {wrap: lookahead, of: [adam]}",
        "c.yaml:2: optimizer.of: expected the wrapped optimizer, found a list of 1; write of: "
        "{name: adam}"),
    "a schedule": ("function: x^2\noptimizer: {learning_rate: {schedule: cosinus}}",
        "c.yaml:2: optimizer.learning_rate.schedule: there is no schedule 'cosinus'; did you "
        "mean cosine?"),
    "a search": ("function: x^2\noptimizer: {learning_rate: {search: armijjo}}",
        "c.yaml:2: optimizer.learning_rate.search: there is no search 'armijjo'; did you mean "
        "armijo?"),
    "optimizer.learning_rate": ("function: x^2\noptimizer:\n  learning_rate: 0.1/u",
        "c.yaml:3: optimizer.learning_rate: unknown name 'u'; the names known here: t\n"
        "    0.1/u\n"
        "        ^"),
    "optimizer.clip": ("function: x^2\noptimizer:\n  clip: 1",
        "c.yaml:3: optimizer.clip: expected a mapping, found '1'; write clip: {norm: 1} or clip: "
        "{value: 0.5}"),
    "optimizer.clip.norm": ("function: x^2\noptimizer:\n  clip: {norm: 0}",
        "c.yaml:3: optimizer.clip.norm: expected a number above 0, found '0'; write a number "
        "such as 0.01"),
    "optimizer.clip.value": ("function: x^2\noptimizer:\n  clip: {value: -1}",
        "c.yaml:3: optimizer.clip.value: expected a number above 0, found '-1'; write a number "
        "such as 0.01"),
    "optimizer.weight_decay": ("function: x^2\noptimizer:\n  weight_decay: 0777",
        "c.yaml:3: optimizer.weight_decay: expected a number, found '0777'; write it in plain "
        "decimal digits"),
    "optimizer.step": ("function: x^2\noptimizer:\n  step: |\n    v = g\n    x = x - lr*w",
        "c.yaml:5: optimizer.step: unknown name 'w'; the names known here: x, t, noise, g, lr, "
        "n, i, v\n"
        "    x = x - lr*w\n"
        "               ^"),
    "optimizer.state": ("function: x^2\noptimizer:\n  step: x = x - lr*g\n  state: [v]",
        "c.yaml:4: optimizer.state: expected a mapping, found a list of 1; write {v: 0}"),
    "optimizer.hyperparameters": (
        "function: x^2\noptimizer:\n  step: x = x - lr*g\n  hyperparameters: {lr: 1}",
        "c.yaml:4: optimizer.hyperparameters.lr: 'lr' has a meaning of its own; choose another "
        "name"),
    "a hyperparameter": ("function: x^2\noptimizer: {name: adam, beta1: 2020-01-01}",
        "c.yaml:2: optimizer.beta1: expected a number, found '2020-01-01'; write it in plain "
        "decimal digits"),
}  # fmt: skip

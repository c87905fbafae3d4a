"""A config to start from: every key with its default and its meaning."""

from __future__ import annotations

from gdplay.config.keys import SECTIONS, SINGLE, Key

HEAD = """\
# A gdplay config: run it with  gdplay run {file}
# Keys behind a # have the value shown when they are absent.

# What is minimised: a formula with its variables, or a name (gdplay list functions).
function: f(x, y) = (1 - x)^2 + 100*(y - x^2)^2

# Where the run starts, in the order of the variables; absent: all ones.
start: [-1.5, 2]

# The optimizer (gdplay list optimizers); its hyperparameters stand beside the rate.
optimizer:
  name: adam
  learning_rate: 0.02        # a number, or a formula in t such as 0.1/t
# beta1: 0.9
# clip: {{norm: 1}}          # absent: the gradient is used as it is
"""


def template(file: str) -> str:
    """Return the commented text of a config."""
    parts = [HEAD.format(file=file)]
    for section, rows in SECTIONS.items():
        parts.append(
            "\n".join([f"# {section}:", *(_line(key, row, "#   ") for key, row in rows.items())]) + "\n"
        )
    parts.append("\n".join(_line(key, row, "# ") for key, row in SINGLE.items()) + "\n")
    return "\n".join(parts)


def _line(key: str, row: Key, indent: str) -> str:
    default = row.default
    value = "" if default is None else f"{default:g}" if isinstance(default, float) else str(default)
    return f"{indent}{key + ': ' + value:<26} # {row.meaning}"

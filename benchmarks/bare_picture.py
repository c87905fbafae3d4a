"""The yardstick of ``gdplay run``: the same two panels drawn by hand with NumPy and Matplotlib.

Adam on Rosenbrock's function as configs/rosenbrock.yaml has it: 1,700 steps, a log, a filled contour
map of 200 by 200 points with the path on it, and the loss.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

folder = Path(sys.argv[1])


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def slope(x, y):
    return np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])


point, m, v = np.array([-1.5, 2.0]), np.zeros(2), np.zeros(2)
rows = [(0, rosenbrock(*point), *point)]
for t in range(1, 1702):
    g = slope(*point)
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    point = point - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    rows.append((t, rosenbrock(*point), *point))
table = np.array(rows)
np.savetxt(folder / "steps.csv", table, delimiter=",", header="step,f,x,y", comments="")

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.2), dpi=120)
x, y = np.meshgrid(np.linspace(-2, 2, 200), np.linspace(-1, 3, 200))
filled = left.contourf(x, y, np.log10(rosenbrock(x, y)), levels=20)
figure.colorbar(filled)
left.plot(table[:, 2], table[:, 3], "w-")
left.plot(*point, "r*")
left.set(xlabel="x", ylabel="y")
right.semilogy(table[:, 0], table[:, 1])
right.set(xlabel="step", ylabel="f")
figure.suptitle("Adam on Rosenbrock's function")
figure.savefig(folder / "trajectory.png", dpi=120)

"""The words that describe a function of the catalogue."""

from __future__ import annotations

# fmt: off
PROPERTIES = {
    "smooth":          "differentiable everywhere in its domain",
    "kinked":          "somewhere in its domain the gradient jumps or does not exist; the entry says where",
    "convex":          "no chord lies below the graph, so every local minimum is the minimum",
    "quadratic":       "the Hessian is the same everywhere",
    "separable":       "a sum of functions of one coordinate each",
    "sum-of-squares":  "written as residuals, so Gauss-Newton methods apply",
    "unimodal":        "the minimum is the only local one",
    "multimodal":      "several local minima",
    "no-minimum":      "falls without end; there is no local minimum",
    "bowl":            "round around the minimum, or nearly so",
    "plate":           "a wide, shallow bowl, longer one way than the other",
    "valley":          "a long curved or narrow floor that leads to the minimum",
    "steep":           "ridges, walls or drops where the gradient is many times as long as elsewhere",
    "flat":            "large parts of the domain with almost no gradient",
    "ill-conditioned": "the curvatures at the minimum differ by a factor of 100 or more",
    "singular":        "at the minimum the curvature vanishes in some direction",
}
# fmt: on

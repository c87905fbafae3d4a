"""Which variable of a listing holds which node: the rule's own words, made into names that Python takes."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable, Mapping

from gdplay.engines.text.calls import numeric_name
from gdplay.engines.text.parts import Part
from gdplay.engines.text.sources import OWN, definitions
from gdplay.formula.expr import Expr
from gdplay.formula.numeric import METHODS

LONGEST = 40
STEP, SEARCH = "step", ("look", "trial", "further", "move")
"""What a listing's functions are called: of a step with a given rate, of one whose rate is searched for."""

BROUGHT = re.findall(r"^(?:def )?(\w+)", "\n".join(definitions(OWN)), re.MULTILINE)
RESERVED = frozenset((
    *keyword.kwlist, *keyword.softkwlist, *dir(builtins), "np", "math", "reduce", *BROUGHT,
    *map(numeric_name, METHODS), STEP, *SEARCH,
))  # fmt: skip
"""What no variable is called."""


def identifier(name: str, taken: Collection[str]) -> str:
    """Return the nearest name that Python takes for a variable, and that is not taken yet.

    >>> identifier("lambda", ()), identifier("x", ("x",)), identifier("clip[0].norm", ())
    ('lambda_', 'x_2', 'clip_0_norm')
    """
    word = re.sub(r"[^A-Za-z0-9]+", "_", name)[:LONGEST].strip("_")
    word = word if word[:1].isalpha() else f"v{word}"
    found = word = f"{word}_" if word in RESERVED else word
    number = 1
    while found in taken:
        number += 1
        found = f"{word}_{number}"
    return found


def identifiers(nodes: Iterable[Expr], found: Iterable[Part], handed: Mapping[Expr, Expr]) -> dict[Expr, str]:
    """Return a name for every node but numbers: its part's, a symbol's own, or w1, w2, ... in order.

    ``handed`` are symbols for the values of other nodes, which are called alike.
    """
    wanted = dict.fromkeys(node for node in nodes if node not in handed and node.op != "const")
    names: dict[Expr, str] = {}
    taken: set[str] = set()
    own = [Part(node.params[0], node) for node in wanted if node.op == "symbol"]
    for part in (*found, *own):
        if part.node in wanted and part.node not in names:
            names[part.node] = identifier(part.name, taken)
            taken.add(names[part.node])
    count = 0
    for node in wanted:
        while node not in names:
            count += 1
            if f"w{count}" not in taken:
                names[node] = f"w{count}"
    return names | {symbol: names[node] for symbol, node in handed.items()}

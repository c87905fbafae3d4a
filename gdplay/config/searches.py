"""A ``{search: ...}`` of a config: from its mapping to a line search."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from gdplay.catalog import entry, names
from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Mapping, Node, Scalar
from gdplay.config.values import number, parse_number
from gdplay.errors import nearest
from gdplay.search import LIMIT, Search

CARD = ("summary", "cite", "notes")
MOST_TRIALS = 1_000_000
READERS = {
    # what makes sense of any search's numbers; the loops end whatever they are
    LIMIT:       number(1, MOST_TRIALS, whole=True),
    "initial":   number(above=0),
    "upper":     number(above=0),
    "tolerance": number(above=0),
    "c1":        number(0, 1),
    "c2":        number(0, 1),
    "shrink":    number(0, 1),
    "grow":      number(0),
}  # fmt: skip


@cache
def searched(name: str) -> Search:
    """Return the catalogue's search of that name with its defaults."""
    found = entry("searches", name)
    numbers = {key: parse_number(text) for key, text in _pairs(found.node.get("hyperparameters"))}
    return Search(
        name,
        found.text("start"),
        found.text("until"),
        found.text("next"),
        {key: value for key, value in numbers.items() if value is not None},
        dict(_pairs(found.node.get("state"))),
        found.text("otherwise") or "lr",
        {key: found.text(key) for key in CARD if found.text(key)},
    )


def _pairs(node: Node | None) -> list[tuple[str, str]]:
    pairs = list(node) if isinstance(node, Mapping) else []
    return [(key.text, value.text) for key, value in pairs if isinstance(value, Scalar)]


def spelled(name: str) -> dict[str, str]:
    """Return torch's and Optax's spellings of a search's hyperparameters, with gdplay's own."""
    return dict(_pairs(entry("searches", name).node.get("spellings")))


def also_called(name: str) -> tuple[str, ...]:
    """Return the other names of a search."""
    other = entry("searches", name).node.get("names")
    return other.keys() if isinstance(other, Mapping) else ()


def read_search_node(node: Mapping, path: str, complaints: Complaints) -> Search | None:
    """Return the search that a mapping describes, or None with complaints."""
    word = node.get("search")
    text = word.text.lower() if isinstance(word, Scalar) else ""
    name = next((n for n in names("searches") if text == n or text in also_called(n)), None)
    if name is None:
        near = nearest(text, names("searches"))
        remedy = f"did you mean {near}?" if near else f"the searches are {', '.join(names('searches'))}"
        at = word or node
        complaints.add(at.place, f"{path}.search", f"there is no search {kind(at)}", remedy)
        return None
    search, spellings = searched(name), spelled(name)
    values: dict[str, float] = {}
    for key, value in node:
        meant = spellings.get(key.text, key.text)
        if meant in values:
            complaints.add(
                key.place, f"{path}.{key.text}", f"{meant} is given twice", "leave one of them out"
            )
        elif meant in search.hyperparameters:
            found = READERS[meant](value, f"{path}.{key.text}", complaints)
            values[meant] = search.hyperparameters[meant] if found is None else found
        elif key.text != "search":
            complaints.unknown(key, f"{path}.{key.text}", (*search.hyperparameters, *spellings))
    return replace(search, hyperparameters={**search.hyperparameters, **values})

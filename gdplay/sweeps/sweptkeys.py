"""What the keys of a sweep are called: short or whole, spelled as elsewhere, or wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gdplay.config.complaints import COMMAND_LINE
from gdplay.config.keys import TOP
from gdplay.config.nodes import Mapping
from gdplay.config.short import SHORT, hyperparameters, in_force
from gdplay.config.short import path as whole_key
from gdplay.config.spelling import targets
from gdplay.errors import Complaint, ConfigError, nearest

NAMED = {"optimizer.name": "optimizer", "function.name": "function"}


@dataclass(frozen=True)
class Keys:
    """What the keys of a config are called, which depends on the optimizer that it has."""

    tree: Mapping

    def whole(self, key: str) -> str | None:
        """Return the dotted key that a short one stands for, or None."""
        return whole_key(key, self.tree)

    def same(self, path: str) -> str:
        """Return one name for all dotted keys that mean the same."""
        head, _, last = path.rpartition(".")
        if head == "optimizer":
            meant = targets(last, in_force(self.tree.get("optimizer")))
            path = f"{head}.{meant[0]}" if len(meant) == 1 else path
        return NAMED.get(path, path)

    def of(self, text: str) -> str:
        """Return the one name of the key in ``KEY=VALUES``."""
        key = text.partition("=")[0].strip()
        return self.same(self.whole(key) or key)

    def like(self, word: str) -> str | None:
        """Return the key that a misspelled one most likely means."""
        return nearest(word, {*TOP, *SHORT, *hyperparameters(self.tree)} - {"extends", "sweep"})


def ask_once(swept: Sequence[str], single: Sequence[str], keys: Keys) -> None:
    """Raise ConfigError where the command line sweeps a key that it gives a second time."""
    seen: dict[str, str] = {keys.of(text): text for text in single}
    for text in swept:
        name = keys.of(text)
        if name in seen:
            one, two = (part.partition("=")[0].strip() for part in (seen[name], text))
            said = f"'{one}' is given twice" if one == two else f"'{one}' and '{two}' are the same key"
            remedy = "give it once, with all its values"
            raise ConfigError(Complaint(said, remedy, COMMAND_LINE, key=name))
        seen[name] = text

"""gdplay show CONFIG --code: one step as the engine that would carry it out has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gdplay.errors import Complaint, ConfigError

if TYPE_CHECKING:
    from gdplay.config.load import Config

MOST = 50_000
SETTINGS = {
    "optimizers": "optimizer={}",
    "schedules": '"lr={{schedule: {}}}"',
    "searches": '"lr={{search: {}}}"',
}
"""How an entry that is no function becomes part of a config on the command line."""


def show_code(words: Sequence[str], engine: str | None, out: Path | None, force: bool, json: bool) -> None:
    """Print the step's NumPy text or LLVM's, with the equations in comments; -o writes it to a file.

    ``words`` are those of the command line: a config and settings. Raises ConfigError.
    """
    from gdplay.cli import print_json
    from gdplay.cli.options import with_engine
    from gdplay.cli.source import read_source
    from gdplay.errors import printable
    from gdplay.files import write_file

    source, settings = _source(words)
    name, text = code(read_source(source, with_engine(settings, engine)))
    text = printable(text)
    if out is not None:
        write_file(out, text, force)
    if json:
        print_json({"engine": name, "code": text, **({} if out is None else {"file": str(out)})})
    else:
        print(text.rstrip("\n") if out is None else printable(f"saved {out}"))


def code(config: Config) -> tuple[str, str]:
    """Return the name of the engine that the config's run would use, and the text of a step of it."""
    from gdplay.columns import log_columns
    from gdplay.engines.choose import choose
    from gdplay.engines.columns import Columns
    from gdplay.formula.expr import is_constant
    from gdplay.formula.words import count
    from gdplay.simulation import work_of

    name, engine = choose(config.engine, work_of(config, log_columns(config)))
    if not isinstance(engine, Columns):
        from gdplay.engines.compiled.annotate import annotated
        from gdplay.engines.compiled.columns import CompiledColumns

        assert isinstance(engine, CompiledColumns)
        return name, annotated(engine)
    from gdplay.engines.text.listing import listing

    length = sum(1 + is_constant(node) * count(node.shape) for node in engine.tape.nodes)
    if length > MOST:
        message = f"a step of this config has {length:,} operations and numbers; --code shows up to {MOST:,}"
        raise ConfigError(Complaint(message, "use fewer variables", key="--code"))
    return name, listing(engine)


def _source(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the config and the settings; a kind before the name is left out. Raises ConfigError.

    A word that is neither a config nor a formula is refused: an entry of another kind, or a slip.
    """
    from gdplay.catalog import names
    from gdplay.cli.catalogue import ENTRIES
    from gdplay.cli.source import kind_of
    from gdplay.config.spelling import own_name
    from gdplay.errors import nearest

    kinds = {*ENTRIES, *ENTRIES.values()}
    source, *settings = words[1:] if words[0] in kinds and words[1:] else words
    word = source.strip()
    if not word.isidentifier() or kind_of(word) != "formula":
        return source, settings
    for kind, setting in SETTINGS.items():
        name = own_name(word) if kind == "optimizers" else word
        if name in names(kind):
            message = f"{word} is of the {kind}, and --code is of a step that a config describes"
            remedy = f"write gdplay show rosenbrock --code {setting.format(name)}"
            raise ConfigError(Complaint(message, remedy, key="--code"))
    near = nearest(word, names("functions"))
    remedy = f"did you mean {near}?" if near else "write a config's path, a function's name or a formula"
    raise ConfigError(Complaint(f"'{word[:60]}' is no config", remedy, key="--code"))

"""How the words of a command line become a command's arguments: as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperGroup

from gdplay.errors import Interrupted

AS_THEY_STAND: dict[Any, Any] = {str: str, bool: bool, Path: Path, list[str]: list, list[Path]: lambda words: [Path(word) for word in words]}


class AsItStands:
    """Converts a word without Pydantic, whose import alone takes longer than any command's own start."""

    def __init__(self, convert: Any) -> None:
        self.convert = convert

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the argument for what stands on the command line, None where nothing does."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        return self.convert(value)


class Commands(TyperGroup):
    """The group of all commands; their texts, switches and paths are read as they stand."""

    def invoke(self, ctx: Any) -> Any:
        """Carry out a command; Typer would leave without a word when it is interrupted."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted("interrupted", 130) from None

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name, or None."""
        command = super().get_command(ctx, cmd_name)
        for param in command.params if command is not None else ():
            described = getattr(param, "type_descriptor", None)
            convert = AS_THEY_STAND.get(getattr(described, "annotation", None))
            # Versions of Typer that have no such attribute do not need Pydantic either.
            if convert is not None and hasattr(param, "_runtime_param"):
                param._runtime_param = AsItStands(convert)
        return command

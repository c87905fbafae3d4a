"""How the words of a command line become a command's arguments: as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from typer.core import TyperGroup

from gdplay.errors import Interrupted

AS_THEY_STAND: dict[Any, Any] = {
    str: str,
    bool: bool,
    Path: Path,
    list[str]: list,
    list[Path]: lambda words: [Path(word) for word in words],
}
"""By a parameter's type: what makes its value of the words."""


class AsItStands:
    """Converts words without Pydantic, whose import alone takes longer than any command's own start."""

    def __init__(self, kind: Any) -> None:
        self.convert = AS_THEY_STAND.get(kind)

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the argument for what stands on the command line, None where nothing does."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self.convert is not None:
            return self.convert(value)
        param._runtime_param = None
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def take_as_they_stand(params: Iterable[Any]) -> None:
    """Let these parameters of Typer's take their words as they stand."""
    for param in params:
        # versions of Typer that have no such attributes do not need Pydantic either
        if hasattr(param, "_runtime_param") and hasattr(param, "type_descriptor"):
            param._runtime_param = AsItStands(param.type_descriptor.annotation)


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
        if command is not None:
            take_as_they_stand(command.get_params(ctx))
        return command

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters of gdplay itself, ``--help`` among them."""
        params = super().get_params(ctx)
        take_as_they_stand(params)
        return params

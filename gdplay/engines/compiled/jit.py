"""LLVM's text made into functions that can be called; the only file that knows llvmlite."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any


@dataclass(frozen=True)
class Host:
    """What the machine that runs the code prefers: ``lanes`` doubles in one vector register."""

    name: str
    features: str
    lanes: int


@cache
def available() -> str:
    """Return why no code can be compiled here, or an empty text."""
    try:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        host()
        if llvm.address_of_symbol("erf") is None:
            llvm.load_library_permanently(find_library("m") or "ucrtbase.dll")
    except (ImportError, RuntimeError, OSError) as error:
        return f"llvmlite can't be used here: {error}"
    return ""


@cache
def host() -> Host:
    """Return what is known of this machine."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    wide = 8 if features.get("avx512f") and features.get("avx512dq") else 4 if features.get("avx2") else 2
    return Host(llvm.get_host_cpu_name(), features.flatten(), wide)


class Code:
    """Machine code made from one text, kept as long as this object lives.

    ``optimize``: LLVM's level for the instructions' selection. Raises RuntimeError where the text is wrong.
    """

    def __init__(self, text: str, optimize: int = 2) -> None:
        import llvmlite.binding as llvm

        assert not available(), available()
        target = llvm.Target.from_default_triple()
        here = host()
        machine = target.create_target_machine(
            cpu=here.name, features=here.features, opt=optimize, jit=True, codemodel="jitdefault"
        )
        module = llvm.parse_assembly(text)
        module.triple = target.triple
        module.data_layout = str(machine.target_data)
        options = llvm.create_pipeline_tuning_options(speed_level=1)
        builder = llvm.create_pass_builder(machine, options)
        passes = llvm.create_new_module_pass_manager()
        passes.add_always_inliner_pass()
        passes.run(module, builder)
        self.engine = llvm.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()
        self.machine, self.module = machine, module

    def function(self, name: str, arguments: Sequence[Any]) -> Any:
        """Return the function of that name, which gives up Python's lock while it runs."""
        return ctypes.CFUNCTYPE(None, *arguments)(self.engine.get_function_address(name))

    @property
    def assembly(self) -> str:
        """The machine's own text."""
        return self.machine.emit_assembly(self.module)


def compiled(text: str, optimize: int = 2) -> Code:
    """Return the code of a text; that of the last ones is at hand. Raises RuntimeError as ``Code`` does."""
    return at_hand(text, optimize, host())


@lru_cache(maxsize=32)
def at_hand(text: str, optimize: int, machine: Host) -> Code:
    """Return the code of a text on a machine of this kind."""
    return Code(text, optimize)

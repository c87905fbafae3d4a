"""The compiled engine on other machines: the same bits with narrower registers, and code for Arm."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
import pytest
from ulps import same

pytest.importorskip("llvmlite")

import llvmlite.binding as llvm

from gdplay.config.load import load
from gdplay.engines.compiled import columns, jit
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.engines.compiled.jit import Host

RUNS = 13

FUNCTIONS: dict[str, Any] = {
    "a few variables": {"name": "ackley", "dimension": 3},
    "many variables": {"name": "ackley", "dimension": 21},
    "pieces": {"name": "powell_singular", "dimension": 20},
}

MACHINES = [Host("x86-64", "", 2), Host("haswell", "+avx2,+fma", 4)]

TARGETS = [
    ("aarch64-unknown-linux-gnu", "generic"),
    ("arm64-apple-darwin", "apple-m1"),
    ("x86_64-pc-windows-msvc", "x86-64"),
]


def engine(function: Any) -> CompiledColumns:
    run = load({"function": function, "optimizer": "adam", "stop": {"max_steps": 9}})
    points = np.random.default_rng(0).uniform(-1, 1, (run.method.size, RUNS))
    return CompiledColumns(run.method, points, run.criteria, None, (run.method.point,), threads=1)


def rows(function: Any) -> np.ndarray:
    found: list[np.ndarray] = []
    engine(function).advance(10, lambda step, row: found.append(np.array(row)))
    return np.array(found)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the machines are of this kind")
@pytest.mark.parametrize("machine", MACHINES, ids=lambda host: host.name)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_narrower_registers_give_the_same_bits(
    name: str, machine: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    if jit.host().lanes < machine.lanes:
        pytest.skip("this machine's registers are narrower")
    expected = rows(FUNCTIONS[name])
    for module in (columns, jit):
        monkeypatch.setattr(module, "host", lambda: machine)
    assert same(rows(FUNCTIONS[name]), expected)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("triple", "cpu"), TARGETS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_machines_have_code_for_every_instruction(name: str, triple: str, cpu: str) -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    made = engine(FUNCTIONS[name])
    made.prepare(log=True)
    (kernel,) = made.kernels.values()
    module = llvm.parse_assembly(kernel.text)
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu)
    module.triple, module.data_layout = triple, str(machine.target_data)
    module.verify()
    assembly = machine.emit_assembly(module)
    assert "steps:" in assembly
    assert "measure:" in assembly

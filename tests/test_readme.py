"""The README does what it says: every block of it is executed."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from gdplay.cli import execute
from gdplay.config.load import load
from gdplay.sweeps.request import read_request

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LARGEST_PICTURE = 150_000


@dataclass(frozen=True)
class Block:
    """One block of code: its language, its line in the README, its text."""

    language: str
    line: int
    text: str


BLOCKS = [Block(m[1], TEXT.count("\n", 0, m.start()) + 1, m[2]) for m in FENCE.finditer(TEXT)]


def of(language: str) -> list[object]:
    return [pytest.param(b.text, id=f"line {b.line}") for b in BLOCKS if b.language == language]


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds what a fresh clone holds, as far as the README speaks of it."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands(console: str) -> list[tuple[str, str]]:
    """Each command of a console block with the output that is shown for it."""
    parts = re.split(r"^\$ (.*)\n", console, flags=re.MULTILINE)
    assert parts[0] == "", "a console block begins with a command"
    return list(zip(parts[1::2], parts[2::2], strict=True))


def test_every_block_is_of_a_kind_that_is_executed() -> None:
    assert {block.language for block in BLOCKS} == {"sh", "console", "yaml", "python"}


@pytest.mark.parametrize("console", of("console"))
def test_commands_print_what_is_shown(console: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command, shown in commands(console):
        program, *arguments = shlex.split(command)
        assert program == "gdplay"
        status = execute(arguments)
        printed = capsys.readouterr()
        assert status == 0, printed.err
        assert doctest.OutputChecker().check_output(shown, printed.out, doctest.ELLIPSIS), printed.out


@pytest.mark.parametrize("text", of("yaml"))
def test_configs_are_valid(text: str, clone: Path) -> None:
    (clone / "block.yaml").write_text(text, encoding="utf-8")
    if "\nsweep:" in text:
        assert read_request(clone / "block.yaml").groups[0].config is not None
        return
    config = load(clone / "block.yaml")
    assert set(config.source) >= set(re.findall(r"^(\w+):", text, re.MULTILINE))


@pytest.mark.parametrize("text", of("python"))
def test_python_does_what_is_shown(text: str) -> None:
    example = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


def test_the_two_set_up_commands_are_one_line_each() -> None:
    run, test = (block.text for block in BLOCKS if block.language == "sh")
    for command, last in ((run, "gdplay run configs/rosenbrock.yaml"), (test, "pytest")):
        assert command.count("\n") == 1
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
        assert command.rstrip().endswith(f".venv/bin/{last}")


def test_the_short_config_is_five_lines() -> None:
    first = next(block for block in BLOCKS if block.language == "yaml")
    assert first.text.count("\n") == 5


def test_what_the_readme_points_to_is_there() -> None:
    pointed = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert len(pointed) >= 5
    for path in pointed:
        assert (ROOT / path).exists(), path
        assert not path.endswith(".png") or (ROOT / path).stat().st_size < LARGEST_PICTURE

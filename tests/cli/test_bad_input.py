"""Bad input: each kind ends at once in one clear message, and changes nothing on disk."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from calls import call, content, process

SECONDS = 2.0
"""Of the processor, so that a machine with other work does not fail the tests."""


def _file(name: str, text: str | bytes) -> Callable[[], None]:
    return lambda: Path(name).write_bytes(text if isinstance(text, bytes) else text.encode()) and None


def _nothing() -> None:
    pass


def _terms(count: int) -> str:
    return "x" + "+x" * (count - 1)


# What is there before, the command, and the whole of what it says.
TABLE: dict[str, tuple[Callable[[], object], list[str], str]] = {
    "missing file": (_nothing, ["run", "no.yaml"],
        "'no.yaml' does not exist; check the path"),
    "misspelt file": (_file("bowl.yaml", "function: x^2"), ["run", "bowel.yaml"],
        "'bowel.yaml' does not exist; did you mean 'bowl.yaml'?"),
    "missing folder": (_nothing, ["run", "no/such.yaml"],
        "'no/such.yaml' does not exist: there is no folder 'no'; check the path"),
    "empty file": (_file("a.yaml", ""), ["run", "a.yaml"],
        "a.yaml:1: the file is empty; the smallest config is one line: function: f(x, y) = x^2 + "
        "y^2"),
    "comments only": (_file("a.yaml", "# nothing\n"), ["run", "a.yaml"],
        "a.yaml:1: the file is empty; the smallest config is one line: function: f(x, y) = x^2 + "
        "y^2"),
    "a list": (_file("a.yaml", "- function: x^2\n"), ["run", "a.yaml"],
        "a.yaml:1: a config is a mapping of keys to values; this is a list; the smallest config "
        "is one line: function: f(x, y) = x^2 + y^2"),
    "one value": (_file("a.yaml", "rosenbrock\n"), ["run", "a.yaml"],
        "a.yaml:1: a config is a mapping of keys to values; this is a single value; the smallest "
        "config is one line: function: f(x, y) = x^2 + y^2"),
    "binary file": (_file("a.yaml", b"\x89PNG\r\n\x1a\n\0\0\0"), ["run", "a.yaml"],
        "a.yaml: this is no UTF-8 text: byte 0x89 at offset 0 (it looks like a PNG picture); "
        "name a YAML file"),
    "NUL characters": (_file("a.yaml", b"function: x^2\nname: a\0b\n"), ["run", "a.yaml"],
        "a.yaml:2: the character '\\x00' (U+0000) at byte offset 21 is refused; remove it"),
    "a directory": (lambda: Path("a.yaml").mkdir(), ["run", "a.yaml"],
        "'a.yaml' is a folder; name a regular file"),
    "a pipe": (lambda: os.mkfifo("a.yaml"), ["run", "a.yaml"],
        "'a.yaml' is a named pipe; name a regular file"),
    "50 MB": (_file("a.yaml", b"x" * 50_000_000), ["run", "a.yaml"],
        "'a.yaml' has 50,000,000 bytes; at most 1,000,000 are read; keep data in CSV files and "
        "name them under function.data"),
    "a link elsewhere": (lambda: Path("a.yaml").symlink_to(os.devnull), ["run", "a.yaml"],
        "'a.yaml' leads to '/dev/null', which is not below '{here}'; allow it with --allow-read "
        "/dev"),
    "long formula in a file": (_file("a.yaml", "function: " + _terms(1_000_000)), ["run", "a.yaml"],
        "'a.yaml' has 2,000,009 bytes; at most 1,000,000 are read; keep data in CSV files and "
        "name them under function.data"),
    "long formula": (_nothing, ["run", _terms(1_000_000)],
        "command line: function: the formula has 1999999 characters; the limit is 1000000; "
        "shorten it: sum, range and constants with many values say much in few characters\n"
        "    x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+\n"
        "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"),
    "start too long": (_file("a.yaml", "function: x^2 + y^2\nstart: [1, 2, 3]\n"), ["run", "a.yaml"],
        "a.yaml:2: start: 3 values for 2 variables; give 2, in the order x, y"),
    "start without y": (_file("a.yaml", "function: x^2 + y^2\nstart: {x: 1}\n"), ["run", "a.yaml"],
        "a.yaml:2: start: no value for y; give every variable one"),
    "rate of nan": (_file("a.yaml", "function: x^2\noptimizer:\n  learning_rate: nan\n"), ["run", "a.yaml"],
        "a.yaml:3: optimizer.learning_rate: expected a number above 0, found 'nan'; write a "
        "number such as 0.01"),
    "rate below zero": (_nothing, ["run", "x^2", "lr=-0.1"],
        "command line: optimizer.learning_rate: expected a number above 0, found '-0.1'; write a "
        "number such as 0.01"),
    "negative steps": (_file("a.yaml", "function: x^2\nstop: {max_steps: -3}\n"), ["run", "a.yaml"],
        "a.yaml:2: stop.max_steps: expected a whole number from 0 to 1,000,000,000,000, found "
        "'-3'; write a number such as 100"),
    "half a step": (_nothing, ["run", "x^2", "steps=1.5"],
        "command line: stop.max_steps: expected a whole number from 0 to 1,000,000,000,000, "
        "found '1.5'; write a number such as 100"),
    "swapped domain": (_file("a.yaml", "function:\n  formula: x^2\n  domain: {x: [2, -2]}\n"), ["run", "a.yaml"],
        "a.yaml:3: function.domain.x: the lower end 2 is not below the upper end -2; write [low, "
        "high]"),
    "swapped range": (_nothing, ["run", "x^2", "plot.x=[2,-2]"],
        "command line: plot.x: the lower end 2 is not below the upper end -2; write [low, high]"),
    "f is nan at the start": (_file("a.yaml", "function: log(x)\nstart: [-1]\n"), ["run", "a.yaml"],
        "a.yaml:2: start: f is nan at the start [-1]; choose a start where f is finite"),
    "f is inf at the start": (_nothing, ["run", "1/(x - 1)"],
        "start: f is inf at the start [1]; choose a start where f is finite"),
    "infinite constant": (_nothing, ["run", "9^9^9 + x"],
        "command line: function: this part is an infinite constant; write a finite number\n"
        "    9^9^9 + x\n"
        "    ^^^^^"),
    "unknown key": (_file("a.yaml", "function: x^2\nstpo:\n  max_steps: 3\n"), ["run", "a.yaml"],
        "a.yaml:2: stpo: unknown key 'stpo'; did you mean stop?"),
    "key given twice": (_file("a.yaml", "function: x^2\nseed: 1\nseed: 2\n"), ["run", "a.yaml"],
        "a.yaml:3: the key 'seed' is given twice, in lines 2 and 3; remove one of them"),
    "code in YAML": (_file("a.yaml", "function: !!python/object/apply:os.system [id]\n"), ["run", "a.yaml"],
        "a.yaml:1: tags are not supported; remove what starts with !"),
    "code in a formula": (_nothing, ["run", "__import__('os').system('id')"],
        "command line: function: '_' is not part of the language; names start with a letter; "
        "numbers are written without _\n"
        "    __import__('os').system('id')\n"
        "    ^"),
    "octal": (_file("a.yaml", "function: x^2\nseed: 0777\n"), ["run", "a.yaml"],
        "a.yaml:2: seed: expected a whole number from 0 to 9,223,372,036,854,775,807, found "
        "'0777'; write it in plain decimal digits"),
    "misspelt function": (_nothing, ["run", "rosenbrok"],
        "command line: function.formula: there is no function 'rosenbrok'; did you mean "
        "rosenbrock?"),
    "misspelt optimizer": (_nothing, ["run", "x^2", "optimizer=adm"],
        "command line: optimizer.name: there is no optimizer 'adm'; did you mean adam?"),
    "misspelt setting": (_nothing, ["run", "x^2", "stepz=3"],
        "command line: stepz: unknown key 'stepz'; did you mean steps?"),
    "no setting": (_nothing, ["run", "x^2", "lr"],
        "'lr' is no setting; write KEY=VALUE, for example lr=0.01"),
    "columns of one name": (_nothing, ["run", "f^2 + x"],
        "function: two columns of the log would be called 'f'; rename the variable or the state"),
    "name with a path": (_nothing, ["run", "x^2", "name=../../evil"],
        "command line: name: '../../evil' can't name a folder; use at most 100 of the characters "
        "A-Z a-z 0-9 _ . - and no . or - at the start, such as 'evil'"),
    "output exists": (lambda: Path("out").mkdir(), ["run", "x^2", "--out", "out"],
        "--out: out exists; choose another --out, or --force to replace"),
    "output is not ours": (lambda: Path("out").mkdir(), ["run", "x^2", "--out", "out", "--force"],
        "--out: out is no finished folder of gdplay (it has no summary.json with status and "
        "versions); choose another --out, or delete it yourself"),
    "output is a file": (_file("out", "mine"), ["run", "x^2", "--out", "out", "--force"],
        "--out: out exists and is a file; choose another --out"),
    "output is a link": (lambda: Path("out").symlink_to("there"), ["run", "x^2", "--out", "out", "--force"],
        "--out: out exists and is a symbolic link; choose another --out"),
    "output below a file": (_file("out", "mine"), ["run", "x^2", "--out", "out/run"],
        "--out: out exists and is a file; choose another --out"),
    "output cannot be written": (_nothing, ["run", "x^2", "--out", "/proc/gdplay"],
        "--out: /proc/gdplay: No such file or directory; choose another --out"),
    "no command": (_nothing, ["walk"],
        "gdplay: No such command 'walk'; gdplay --help shows how"),
    "no argument": (_nothing, ["run"],
        "gdplay: Missing argument 'CONFIG'; gdplay run --help shows how"),
    "unknown option": (_nothing, ["run", "x^2", "--fast"],
        "gdplay: No such option: --fast; gdplay run --help shows how"),
    "no saved run": (_nothing, ["plot", "runs/x-1"],
        "runs/x-1 is no saved run: there is no such folder; give the folder that gdplay run wrote"),
    "nothing to list": (_nothing, ["list", "optimiser"],
        "there is nothing called 'optimiser' to list; did you mean optimizers?"),
    "nothing to show": (_nothing, ["show", "adem"],
        "there is no entry 'adem'; did you mean adam?"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_bad_input_ends_at_once_in_one_message(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, words, message = TABLE[name]
    monkeypatch.chdir(tmp_path)
    make()
    before = None if name == "a pipe" else content(tmp_path)
    began = time.process_time()
    said = call(*words)
    assert time.process_time() - began < SECONDS
    assert said.err.rstrip("\n") == message.replace("{here}", str(tmp_path.resolve()))
    assert (said.status, said.out) == (2, "")
    assert before is None or content(tmp_path) == before


@pytest.mark.parametrize("name", ["missing file", "50 MB", "rate of nan", "f is nan at the start"])
def test_a_process_answers_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, words, message = TABLE[name]
    monkeypatch.chdir(tmp_path)
    make()
    began = _seconds_of_children()
    done = process(*words, cwd=tmp_path)
    assert _seconds_of_children() - began < SECONDS
    assert (done.returncode, done.stdout, done.stderr.rstrip("\n")) == (2, "", message)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", TABLE)
def test_bad_input_is_one_json_document_where_that_is_asked_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, words, message = TABLE[name]
    monkeypatch.chdir(tmp_path)
    make()
    said = call(*words, "--json")
    assert (said.status, said.err) == (2, "")
    error = said.document["error"]
    assert list(error)[:6] == ["kind", "message", "file", "line", "column", "key"]
    assert error["kind"] in ("config", "usage")
    if message.startswith("a.yaml:"):
        place = message.split(": ")[0].split(":")
        assert error["file"] == "a.yaml"
        assert error["line"] == (int(place[1]) if len(place) > 1 else None)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    said = call("run", "x^2", "--out", str(tmp_path / "closed" / "run"))
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"--out: {tmp_path}/closed/run: Permission denied")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("format", ["csv", "parquet"])
@pytest.mark.parametrize("bytes", [0, 2_000, 60_000])
def test_a_full_disk_is_said_with_the_file(bytes: int, format: str, tmp_path: Path) -> None:
    done = process("run", "x^2 + y^2", f"log.format={format}", cwd=tmp_path, preexec_fn=lambda: _limit(bytes))
    assert done.returncode == 1, done.stderr
    message = done.stderr.splitlines()[-1]
    assert message.startswith("gdplay: runs/formula-1/")
    assert message.endswith("could not be written: File too large")
    left = set(content(tmp_path / "runs")) - {"formula-1"}
    assert left <= {"formula-1/steps.csv", "formula-1/config.yaml", "formula-1/steps.parquet"}


def _limit(bytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes))


def test_a_small_disk_is_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        done = process("run", "x^2", "--quiet", cwd=disk)
        left = content(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert done.returncode == 1
    message = "gdplay: runs/formula-1/steps.csv: could not be written: No space left on device"
    assert done.stderr.splitlines()[-1] == message
    assert set(left) == {"runs", "runs/formula-1", "runs/formula-1/steps.csv"}


def _seconds_of_children() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""Files on disk: whole or not at all, and never over something that is there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from folders import content, run_python, umask

from gdplay.errors import ConfigError, MachineError
from gdplay.files import AppendFile, WholeFile, write_file
from gdplay.folder import claim


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_file_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    folder = claim(tmp_path / "run", "run", tmp_path, force=False)
    folder.write("config.yaml", "old")
    monkeypatch.setattr(os, call, failing)
    with pytest.raises(MachineError, match=r"config\.yaml: could not be written: Input/output error"):
        folder.write("config.yaml", "new")
    assert content(tmp_path) == {"run/config.yaml": b"old"}


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:7])))
    write_file(tmp_path / "a", bytes(range(256)), force=False)
    assert (tmp_path / "a").read_bytes() == bytes(range(256))


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from gdplay.errors import MachineError; from gdplay.folder import claim\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "folder = claim(Path(sys.argv[1]), 'run', Path(), False)\n"
        "folder.write('config.yaml', b'x' * 10_000)\n"
        "try: folder.write('trajectory.png', b'x' * 10_001)\n"
        "except MachineError as error: print(error)"
    )
    output, _ = run_python(code, str(tmp_path / "run")).communicate()
    assert output == f"{tmp_path}/run/trajectory.png: could not be written: File too large\n"
    assert content(tmp_path) == {"run/config.yaml": b"x" * 10_000}


def test_one_file_is_written_and_replaced_with_force(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_file(path, "∇", force=False)
    assert path.read_bytes() == "∇".encode()
    with pytest.raises(ConfigError, match=r"-o: .*out\.json exists; choose another file, or --force"):
        write_file(path, "new", force=False)
    assert path.read_bytes() == "∇".encode()
    write_file(path, "new", force=True)
    assert content(tmp_path) == {"out.json": b"new"}
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask()


@pytest.mark.parametrize("force", [False, True])
def test_one_file_never_goes_where_something_else_stands(tmp_path: Path, force: bool) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, found in [
        ("link", "is a symbolic link"),
        ("folder", "is a folder"),
        ("pipe", "is a device, pipe or socket"),
        ("file/below", "Not a directory"),
        ("missing/below", "No such file or directory"),
        ("x" * 300, "too long"),
        ("a\0b", "can't be a path"),
    ]:
        with pytest.raises(ConfigError, match=found):
            write_file(tmp_path / name, "new", force)
    assert (tmp_path / "file").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "link", "pipe"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_came_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    if not links:
        monkeypatch.setattr(os, "link", unsupported)
    file = WholeFile(tmp_path / "a", replace=False)
    file.write(b"new")
    (tmp_path / "a").write_text("theirs")
    with pytest.raises(MachineError, match="a: could not be written: File exists"):
        file.close()
    assert content(tmp_path) == {"a": b"theirs"}
    with WholeFile(tmp_path / "b", replace=False) as other:
        other.write(b"new")
    assert content(tmp_path) == {"a": b"theirs", "b": b"new"}


def test_closing_twice_does_nothing(tmp_path: Path) -> None:
    for file in AppendFile(tmp_path / "a"), WholeFile(tmp_path / "b"):
        file.write(b"1")
        file.close()
        file.close()
        file.discard()
    assert content(tmp_path) == {"a": b"1", "b": b"1"}

"""Folders on disk: each belongs to one process, and none is left half-made."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from folders import content, finished, refused, run_python

from gdplay.errors import ConfigError, MachineError
from gdplay.folder import claim
from gdplay.places import as_component, component

BAD_NAMES = ["", ".", "..", "a/b", "/a", "a\\b", "a\0b", "a\n", ".hidden", "-o", "ä", "a b", "x" * 101, "a:b"]


def test_the_smallest_free_number_is_claimed(tmp_path: Path) -> None:
    runs = tmp_path / "deep" / "runs"
    assert claim(None, "adam", runs, force=False).path == runs / "adam-1"
    assert claim(None, "adam", runs, force=True).path == runs / "adam-2"
    assert claim(None, "gd", runs, force=False).path == runs / "gd-1"
    (runs / "adam-1").rmdir()
    (runs / "adam-3").write_text("a file")
    (runs / "adam-4").symlink_to(tmp_path / "nowhere")
    assert claim(None, "adam", runs, force=False).path == runs / "adam-1"
    assert claim(None, "adam", runs, force=False).path == runs / "adam-5"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_a_name_is_one_component(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't name a folder"):
        claim(None, name, tmp_path / "runs", force=False)
    assert list(tmp_path.iterdir()) == []
    assert component(as_component(name)) == as_component(name)


def test_out_is_the_folder_itself(tmp_path: Path) -> None:
    with claim(tmp_path / "a" / "b c", "run", tmp_path, force=False) as folder:
        folder.write("config.yaml", "x: 1\n")
    assert content(tmp_path) == {"a/b c/config.yaml": b"x: 1\n"}


def test_two_processes_never_get_one_folder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gdplay.folder import claim\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for _ in range(20): print(claim(None, 'run', Path(sys.argv[1]), False).path.name)"
    )
    processes = [run_python(code, str(tmp_path / "runs")) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed = [name for process in processes for name in process.communicate()[0].split()]
    assert sorted(claimed) == sorted(f"run-{number}" for number in range(1, 41))


def test_two_processes_never_share_an_out(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gdplay.folder import claim\n"
        "from gdplay.errors import ConfigError\n"
        "for number in range(20):\n"
        "    try: print(claim(Path(sys.argv[1], str(number)), 'run', Path(), False).path.name)\n"
        "    except ConfigError: pass"
    )
    processes = [run_python(code, str(tmp_path)) for _ in range(2)]
    claimed = [name for process in processes for name in process.communicate()[0].split()]
    assert sorted(claimed, key=int) == [str(number) for number in range(20)]


@pytest.mark.parametrize("force", [False, True])
def test_what_is_no_folder_is_refused_and_kept(tmp_path: Path, force: bool) -> None:
    finished(tmp_path / "real")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    before = content(tmp_path)
    assert "file exists and is a file" in refused(tmp_path / "file", force)
    assert "link exists and is a symbolic link" in refused(tmp_path / "link", force)
    assert "dangling exists and is a symbolic link" in refused(tmp_path / "dangling", force)
    assert "file exists and is a file" in refused(tmp_path / "file" / "below", force)
    assert "Not a directory" in refused(tmp_path / "file" / "deep" / "below", force)
    assert "dangling exists and is a symbolic link" in refused(tmp_path / "dangling" / "below", force)
    assert "can't be a path" in refused(tmp_path / "a\0b", force)
    assert "too long" in refused(tmp_path / ("x" * 5000), force)
    assert "is a folder that exists" in refused(tmp_path / "real" / "..", force)
    assert "is a folder that exists" in refused(Path(), force)
    assert content(tmp_path) == before


def test_an_existing_folder_is_refused_without_force(tmp_path: Path) -> None:
    assert "exists; choose another --out, or --force to replace" in refused(finished(tmp_path / "run"))
    assert content(tmp_path / "run")["config.yaml"] == b"old"


def test_a_place_for_runs_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(ConfigError, match="runs exists and is a file; choose a folder with --out"):
        claim(None, "run", tmp_path / "runs", force=False)


def test_a_full_disk_at_the_claim_is_a_machine_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "mkdir", full)
    with pytest.raises(MachineError, match="run: could not be made: No space left"):
        claim(tmp_path / "run", "run", tmp_path, force=False)


@pytest.mark.parametrize("rows", [b"", b"step,f\n0,1\n"])
@pytest.mark.parametrize("whole", [False, True])
def test_an_exception_leaves_rows_or_nothing(tmp_path: Path, rows: bytes, whole: bool) -> None:
    def fail() -> None:
        with claim(None, "run", tmp_path, force=False) as folder:
            log = folder.open_log("steps.csv", whole)
            folder.write("config.yaml", "x: 1")
            log.write(rows)
            log.close()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert content(tmp_path) == ({"run-1/config.yaml": b"x: 1", "run-1/steps.csv": rows} if rows else {})
    assert (tmp_path / "run-1").exists() == bool(rows)


def test_abandoning_spares_what_others_put_there(tmp_path: Path) -> None:
    folder = claim(tmp_path / "run", "run", tmp_path, force=False)
    folder.write("config.yaml", "x: 1")
    (folder.path / "notes").write_text("mine")
    folder.abandon()
    assert content(tmp_path) == {"run/notes": b"mine"}


def test_a_log_is_never_opened_over_something(tmp_path: Path) -> None:
    folder = claim(tmp_path / "run", "run", tmp_path, force=False)
    (folder.path / "steps.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MachineError, match=r"steps\.csv: could not be written: File exists"):
        folder.open_log("steps.csv")
    assert not (tmp_path / "elsewhere").exists()
    folder.abandon()
    assert (folder.path / "steps.csv").is_symlink()

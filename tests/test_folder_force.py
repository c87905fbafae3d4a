"""--force: what gdplay wrote is replaced after success, and nothing foreign is touched."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from folders import SUMMARY, content, finished, refused, umask

from gdplay.errors import MachineError
from gdplay.folder import claim

NOT_OURS = [
    None,
    "",
    "{}",
    "[1]",
    '{"status": "converged"}',
    '{"status": "converged", "versions": {}}',
    '{"status": "converged", "versions": "gdplay"}',
    '{"versions": {"gdplay": "0.1.0"}}',
    '{"status": NaN, "versions": {"gdplay": "0.1.0"}}',
]


def test_force_replaces_only_after_success(tmp_path: Path) -> None:
    out = finished(tmp_path / "run")
    (out / "steps.csv").write_text("old")
    with claim(out, "run", tmp_path, force=True) as folder:
        folder.write("config.yaml", "new")
        folder.write("summary.json", SUMMARY)
        assert content(out)["config.yaml"] == b"old"
        assert folder.path == out
    assert content(tmp_path) == {"run/config.yaml": b"new", "run/summary.json": SUMMARY.encode()}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert out.stat().st_mode & 0o777 == 0o777 & ~umask()


def test_force_on_a_new_folder_is_a_claim(tmp_path: Path) -> None:
    assert claim(tmp_path / "new", "run", tmp_path, force=True).work == tmp_path / "new"


def test_an_exception_keeps_the_old_folder(tmp_path: Path) -> None:
    out = finished(tmp_path / "run")
    before = content(tmp_path)

    def fail() -> None:
        with claim(out, "run", tmp_path, force=True) as folder:
            folder.write("config.yaml", "new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert content(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("summary", NOT_OURS)
def test_force_spares_what_gdplay_did_not_finish(tmp_path: Path, summary: str | None) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "config.yaml").write_text("mine")
    if summary is not None:
        (out / "summary.json").write_text(summary)
    before = content(out)
    assert "no finished folder of gdplay" in refused(out, force=True)
    assert content(out) == before


def test_force_spares_a_folder_with_a_linked_summary(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "summary.json").symlink_to(finished(tmp_path / "run") / "summary.json")
    assert "no finished folder of gdplay" in refused(out, force=True)


@pytest.mark.parametrize("name", ["thesis.tex", "steps.csv~", "photo.png", ".git", ".steps", "steps"])
def test_force_names_and_spares_foreign_files(tmp_path: Path, name: str) -> None:
    out = finished(tmp_path / "run")
    (out / name).write_text("mine")
    before = content(tmp_path)
    assert f"holds what gdplay did not write: {name}" in refused(out, force=True)
    assert content(tmp_path) == before


def test_force_spares_foreign_folders_and_links(tmp_path: Path) -> None:
    out = finished(tmp_path / "run")
    (out / "steps.csv").symlink_to(tmp_path / "elsewhere")
    (out / "trajectory.png").mkdir()
    finished(out / "adam-1")
    (out / "adam-1" / "notes").write_text("mine")
    message = refused(out, force=True)
    assert message.startswith(f"--out: {out} holds what gdplay did not write: adam-1/notes, steps.csv, traj")


def test_force_replaces_runs_inside_and_leftovers_of_killed_runs(tmp_path: Path) -> None:
    out = finished(tmp_path / "run")
    finished(out / "adam-1")
    (out / ".steps.parquet.0123abcd").write_text("left")
    with claim(out, "run", tmp_path, force=True) as folder:
        folder.write("config.yaml", "new")
    assert content(tmp_path) == {"run/config.yaml": b"new"}


def test_a_foreign_file_that_came_during_the_run_is_spared(tmp_path: Path) -> None:
    out = finished(tmp_path / "run")
    folder = claim(out, "run", tmp_path, force=True)
    folder.write("config.yaml", "new")
    (out / "notes").write_text("mine")
    with pytest.raises(
        MachineError, match=r"did not write: notes; the new results are in .*\.run\."
    ) as caught:
        folder.finish()
    assert content(out) == {"config.yaml": b"old", "notes": b"mine", "summary.json": SUMMARY.encode()}
    assert content(folder.work) == {"config.yaml": b"new"}
    assert str(folder.work) in str(caught.value)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_failed_swap_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = finished(tmp_path / "run")
    folder = claim(out, "run", tmp_path, force=True)
    folder.write("config.yaml", "new")
    rename = os.rename

    def failing(old: Path, new: Path) -> None:
        if old == folder.work:
            raise OSError(errno.EIO, "Input/output error")
        rename(old, new)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(MachineError, match="could not be replaced: Input/output error"):
        folder.finish()
    assert content(out)["config.yaml"] == b"old"
    assert content(folder.work) == {"config.yaml": b"new"}

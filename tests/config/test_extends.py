"""What ``extends`` may name, where a wrong one is said to stand, and what ``--allow-read`` adds."""

# ruff: noqa: E501 (a row of a table is read along its columns)
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gdplay.config.load import load
from gdplay.errors import ConfigError

HERE = "{here}"


def file(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text)


def link(name: str, target: str) -> Callable[[Path], object]:
    return lambda root: (root / name).symlink_to(target)


def nothing(root: Path) -> None:
    pass


# What is there beside project/a.yaml and outside/base.yaml, what a.yaml extends, and what is said. Line 2 is
# where ``extends`` stands, also where the trouble is in another file that is only named there.
# fmt: off
REFUSED: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a missing file":     (nothing, "elsewhere.yml",
        "'{here}/elsewhere.yml' does not exist; check the path"),
    "a misspelt file":    (file("base.yaml", "seed: 1"), "bse.yaml",
        "'{here}/bse.yaml' does not exist; did you mean '{here}/base.yaml'?"),
    "upwards":            (nothing, "../outside/base.yaml",
        "'{here}/../outside/base.yaml' is not below '{here}'; allow it with --allow-read {out}"),
    "up and down":        (nothing, "../outside/../outside/base.yaml",
        "'{here}/../outside/../outside/base.yaml' is not below '{here}'; allow it with --allow-read {out}"),
    "an absolute path":   (nothing, "/etc/passwd",
        "'/etc/passwd' is not below '{here}'; allow it with --allow-read /etc"),
    "a device":           (nothing, "/dev/zero",
        "'/dev/zero' is not below '{here}'; allow it with --allow-read /dev"),
    "a linked file":      (link("base.yaml", "../outside/base.yaml"), "base.yaml",
        "'{here}/base.yaml' leads to '{out}/base.yaml', which is not below '{here}'; allow it with --allow-read {out}"),
    "a linked folder":    (link("shared", "../outside"), "shared/base.yaml",
        "'{here}/shared/base.yaml' leads to '{out}/base.yaml', which is not below '{here}'; allow it with --allow-read {out}"),
    "a link to a device": (link("base.yaml", os.devnull), "base.yaml",
        "'{here}/base.yaml' leads to '/dev/null', which is not below '{here}'; allow it with --allow-read /dev"),
    "a link to itself":   (link("base.yaml", "base.yaml"), "base.yaml",
        "'{here}/base.yaml' is a link that leads back to itself; name the file itself"),
    "a folder":           (lambda root: (root / "base.yaml").mkdir(), "base.yaml",
        "'{here}/base.yaml' is a folder; name a regular file"),
    "a pipe":             (lambda root: os.mkfifo(root / "base.yaml"), "base.yaml",
        "'{here}/base.yaml' is a named pipe; name a regular file"),
    "a huge file":        (file("base.yaml", "#" * 1_000_001), "base.yaml",
        "'{here}/base.yaml' has 1,000,001 bytes; at most 1,000,000 are read; keep data in CSV files and name them "
        "under function.data"),
    "nothing":            (nothing, "''",
        "expected the path of a config; write extends: base.yaml"),
    "a mapping":          (nothing, "{a: b}",
        "expected the path of a config; write extends: base.yaml"),
    "itself":             (nothing, "a.yaml",
        "more than 5 configs extend one another: " + " -> ".join(["{here}/a.yaml"] * 6) + "; extend fewer"),
}
# fmt: on


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the config, beside one that it may not read."""
    folder, outside = tmp_path.resolve() / "project", tmp_path.resolve() / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "base.yaml").write_text("optimizer: {learning_rate: 0.25}\n")
    return folder


def refusal(path: Path, roots: tuple[Path, ...] = ()) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, roots=roots)
    (complaint,) = caught.value.complaints
    assert (complaint.file, complaint.line, complaint.key) == (str(path), 2, "extends")
    return str(complaint)


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_be_extended_is_refused_where_it_is_named(name: str, root: Path) -> None:
    make, named, message = REFUSED[name]
    make(root)
    (root / "a.yaml").write_text(f"function: x^2\nextends: {named}\n")
    said = message.replace(HERE, str(root)).replace("{out}", str(root.parent / "outside"))
    assert refusal(root / "a.yaml") == f"{root}/a.yaml:2: extends: {said}"


def test_two_configs_that_extend_each_other(root: Path) -> None:
    (root / "a.yaml").write_text("function: x^2\nextends: b.yaml\n")
    (root / "b.yaml").write_text("seed: 1\nextends: a.yaml\n")
    with pytest.raises(ConfigError, match=r"a.yaml -> .*b.yaml -> .*a.yaml -> .*; extend fewer"):
        load(root / "a.yaml")


def test_five_may_extend_one_another_and_six_may_not(root: Path) -> None:
    (root / "0.yaml").write_text("seed: 7\nfunction: x^2\n")
    for k in range(1, 7):
        (root / f"{k}.yaml").write_text(f"name: run{k}\nextends: {k - 1}.yaml\n")
    assert load(root / "5.yaml").seed == 7
    assert load(root / "5.yaml").name == "run5"
    with pytest.raises(ConfigError, match="more than 5 configs extend one another"):
        load(root / "6.yaml")


def test_a_mistake_in_what_is_extended_is_placed_there(root: Path) -> None:
    (root / "base.yaml").write_text("function: x^2\nstop: {max_steps: -1}\n")
    (root / "a.yaml").write_text("extends: base.yaml\nseed: 3\n")
    with pytest.raises(ConfigError) as caught:
        load(root / "a.yaml")
    assert [(c.file, c.line, c.key) for c in caught.value.complaints] == [
        (f"{root}/base.yaml", 2, "stop.max_steps")
    ]


@pytest.mark.parametrize("named", ["../outside/base.yaml", "base.yaml", "shared/base.yaml"])
def test_a_folder_that_is_allowed_may_be_read_by_any_way(named: str, root: Path) -> None:
    (root / "base.yaml").symlink_to("../outside/base.yaml")
    (root / "shared").symlink_to("../outside")
    (root / "a.yaml").write_text(f"function: x^2\nextends: {named}\n")
    assert "allow it with" in refusal(root / "a.yaml")
    assert "allow it with" in refusal(root / "a.yaml", (root.parent / "outsider",))
    config = load(root / "a.yaml", roots=(root.parent / "outside",))
    assert config.optimizer.learning_rate == 0.25


def test_what_is_allowed_widens_no_further(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("seed: 5\n")
    (root.parent / "outside" / "base.yaml").write_text("extends: ../secret.yaml\n")
    (root / "a.yaml").write_text("function: x^2\nextends: ../outside/base.yaml\n")
    with pytest.raises(ConfigError) as caught:
        load(root / "a.yaml", roots=(root.parent / "outside",))
    (complaint,) = caught.value.complaints
    assert (complaint.line, complaint.key) == (1, "extends")
    assert complaint.file is not None
    assert complaint.file.endswith("outside/base.yaml")
    assert "secret.yaml" in complaint.message

"""Only regular files of bounded size below the allowed folders are read, and every refusal names the path."""

import errno
import os
import socket

import pytest

from gdplay.config import files
from gdplay.config.files import read_config_bytes, read_data_bytes
from gdplay.errors import ConfigError, MachineError


def refusal(path, root, **most):
    with pytest.raises(ConfigError) as caught:
        read_config_bytes(path, (root,), **most)
    return str(caught.value)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "rosenbrock.yaml").write_bytes(b"function: rosenbrock\n")
    return folder


def test_a_regular_file_is_read(root):
    assert read_config_bytes(root / "rosenbrock.yaml", (root,)) == b"function: rosenbrock\n"
    assert read_data_bytes(root / "rosenbrock.yaml", (root / "other", root), 21) == b"function: rosenbrock\n"


def test_a_link_within_the_folder_is_followed(root):
    (root / "link.yaml").symlink_to("rosenbrock.yaml")
    assert read_config_bytes(root / "link.yaml", (root,)).startswith(b"function")


def test_a_missing_file_suggests_the_nearest(root):
    path = root / "rosenbrok.yaml"
    assert refusal(path, root) == f"'{path}' does not exist; did you mean '{root / 'rosenbrock.yaml'}'?"
    assert refusal(root / "zzz", root) == f"'{root / 'zzz'}' does not exist; check the path"
    path = root / "none" / "a.yaml"
    assert (
        refusal(path, root)
        == f"'{path}' does not exist: there is no folder '{root / 'none'}'; check the path"
    )


def _fifo(path):
    os.mkfifo(path)


def _folder(path):
    path.mkdir()


def _loop(path):
    path.symlink_to(path.name)


def _dangling(path):
    path.symlink_to("nowhere.yaml")


KINDS = [
    (_folder, "is a folder; name a regular file"),
    (_fifo, "is a named pipe; name a regular file"),
    (_loop, "is a link that leads back to itself; name the file itself"),
    (_dangling, "is a link to 'nowhere.yaml', which does not exist; name the file itself"),
]


@pytest.mark.parametrize(("make", "message"), KINDS)
def test_what_is_no_regular_file_is_refused_without_waiting(root, make, message):
    path = root / "a.yaml"
    make(path)
    assert refusal(path, root) == f"'{path}' {message}"


def test_a_socket_is_refused(root, monkeypatch):
    monkeypatch.chdir(root)  # a socket's path has at most some hundred characters
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("s.yaml")
        assert refusal(root / "s.yaml", root) == f"'{root / 's.yaml'}' is a socket; name a regular file"


def test_a_device_is_refused(root, tmp_path):
    device = tmp_path.__class__("/dev/zero")
    assert refusal(device, device.parent) == "'/dev/zero' is a device; name a regular file"


def test_a_pipe_that_takes_the_files_place_is_refused_too(root, monkeypatch):
    path = root / "rosenbrock.yaml"
    status = os.stat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(files.os, "stat", lambda *_: status)
    assert refusal(path, root) == f"'{path}' is a named pipe; name a regular file"


def test_names_that_no_file_can_have(root):
    assert refusal(root / "a\0b", root) == f"'{root}/a\\x00b' has a NUL character in its name; remove it"
    shown = refusal(root / ("a" * 5000), root)
    assert shown.endswith("' has a name that is too long; shorten it")
    assert len(shown) < 300
    path = root / "rosenbrock.yaml" / "a.yaml"
    assert refusal(path, root) == f"'{path}' lies below something that is no folder; check the path"


@pytest.mark.parametrize(
    ("number", "kind", "message"),
    [
        (errno.EACCES, ConfigError, "may not be read by this user; change its permissions"),
        (errno.EIO, MachineError, "cannot be read: Input/output error"),
    ],
)
def test_a_file_that_cannot_be_opened(root, monkeypatch, number, kind, message):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "open", refuse)
    path = root / "rosenbrock.yaml"
    with pytest.raises(kind) as caught:
        read_config_bytes(path, (root,))
    assert str(caught.value) == f"'{path}' {message}"


def test_a_large_file_is_refused_before_it_is_read(root, monkeypatch):
    path = root / "large.yaml"
    with path.open("wb") as opened:
        opened.truncate(50_000_000)
    monkeypatch.setattr(files.os, "open", lambda *_: pytest.fail("opened"))
    assert refusal(path, root).startswith(
        f"'{path}' has 50,000,000 bytes; at most 1,000,000 are read; keep data in"
    )


def test_a_file_that_grows_while_it_is_read_is_refused(root, monkeypatch):
    path = root / "rosenbrock.yaml"
    monkeypatch.setattr(files, "_check", lambda *_: None)
    assert refusal(path, root, most=20).startswith(
        f"'{path}' has more than 20 bytes, the most that are read; "
    )


@pytest.mark.parametrize("link", [False, True])
def test_files_outside_the_roots_are_refused_with_the_remedy(root, tmp_path, link):
    secret = tmp_path / "secret.yaml"
    secret.write_text("a: 1")
    path = root / ".." / "secret.yaml"
    if link:
        path = root / "link.yaml"
        path.symlink_to(secret)
    shown = refusal(path, root)
    assert shown.startswith(f"'{path}' ")
    assert f"not below '{root}'" in shown
    assert shown.endswith(f"; allow it with --allow-read {tmp_path}")
    assert read_config_bytes(path, (root, tmp_path)) == b"a: 1"


def test_a_folder_whose_name_begins_alike_is_outside(root, tmp_path):
    (tmp_path / "project2").mkdir()
    (tmp_path / "project2" / "a.yaml").write_text("a: 1")
    assert "is not below" in refusal(tmp_path / "project2" / "a.yaml", root)

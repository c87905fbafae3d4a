"""gdplay sweep --dask: what it refuses, what it says, what a Ctrl-C leaves."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from calls import call, start

from gdplay.errors import ConfigError
from gdplay.sweeps import crew
from gdplay.sweeps.address import ask_trust, read_address
from gdplay.sweeps.environment import here

RATES = ["sweep", "rosenbrock", "lr=log:1e-3:1:40", "optimizer=gd,adam", "steps=30"]
HERE = [
    "localhost:8786",
    "tcp://LOCALHOST:1",
    "scheduler.localhost:80",
    "127.0.0.1:8786",
    "127.200.0.9:1",
    "[::1]:8786",
    "ws://[::ffff:127.0.0.1]:9",
    "tcp://localhost.:5/",
]
ELSEWHERE = [
    "node7:8786",
    "10.0.0.1:8786",
    "tcp://[2001:db8::1]:8786",
    "0.0.0.0:1",
    "[::]:1",
    "127.1:80",
    "2130706433:80",
    "wss://node7:443",
    "localhost.example.org:80",
    "127.0.0.1.example.org:80",
    "[::ffff:10.0.0.1]:1",
]
NONE = {
    "localhost":                          "'localhost' is no address of a Dask scheduler; write tcp://HOST:PORT",
    "":                                   "'' is no address",
    "tcp://127.0.0.1@node7:8786":         "is no address",
    "tcp://node7:80#@127.0.0.1:80":       "is no address",
    "tcp://127.0.0.1:8786\nnode7:1":      "is no address",
    "tcp://127.0.0.1:99999":              "there is no port 99999",
    "http://127.0.0.1:80":                "there is no protocol 'http'",
    "inproc://10.0.0.1/7/1:80":           "is no address",
    "LOCAL":                              "'LOCAL' is no address",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("text", HERE)
def test_an_address_on_this_machine_needs_nothing(text: str) -> None:
    assert read_address(text).here
    ask_trust(read_address(text), allow_remote=False)


@pytest.mark.parametrize("text", ELSEWHERE)
def test_an_address_elsewhere_needs_tls_or_trust(text: str) -> None:
    address = read_address(text)
    assert not address.here
    with pytest.raises(ConfigError, match=r"use tls://, or add --allow-remote"):
        ask_trust(address, allow_remote=False)
    ask_trust(address, allow_remote=True)
    ask_trust(replace(address, scheme="tls"), allow_remote=False)


@pytest.mark.parametrize("text", [*HERE, *ELSEWHERE])
def test_what_is_called_is_what_was_judged(text: str) -> None:
    address = read_address(text)
    assert read_address(str(address)) == address


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_address_is_refused(text: str) -> None:
    said = call(*RATES, f"--dask={text}")
    assert said.status == 2
    assert NONE[text] in said.err
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("option", ["--dry-run", "--find-rate"])
def test_what_needs_no_cluster_refuses_one(option: str) -> None:
    said = call(*RATES, "--dask", "local", option)
    assert (said.status, said.err) == (2, f"--dask: {option} works on this machine alone; leave --dask out\n")


def test_a_cluster_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = call(*RATES, "--dask", "local")
    assert said.status == 2
    assert "a cluster needs Dask, which can't be loaded here" in said.err
    assert said.err.endswith('pip install "gdplay[cluster]"\n')


def test_a_local_cluster_says_what_one_machine_says() -> None:
    alone, together = call(*RATES, "--out", "alone"), call(*RATES, "--out", "together", "--dask", "local")
    assert (together.status, together.err) == (0, "")
    assert together.out == alone.out.replace("alone/", "together/")
    assert Path("together/sweep.parquet").read_bytes() == Path("alone/sweep.parquet").read_bytes()


def test_a_mix_of_machines_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(crew, "here", lambda: replace(here(), numpy="1.0", processor="i486"))
        call("sweep", "x^2", "lr=0.1,0.2", "steps=3", "--out", "out")
    words = ["sweep", "x^2", "lr=0.1,0.2,0.3", "steps=3", "--out", "out", "--resume"]
    said = call(*words)
    mixed = f"numpy {here().numpy} and 1.0, processor {here().processor} and i486"
    assert f"mixed the last digits of runs may differ by {mixed} saved" in " ".join(said.out.split())
    summary = json.loads(Path("out/summary.json").read_text())
    assert [row["runs"] for row in summary["environments"]] == [1, 2]


@pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C is sent to a group of processes")
def test_an_interrupt_ends_all_and_keeps_what_is_finished(tmp_path: Path) -> None:
    rules = "optimizer=gd,adam,momentum,nag,rmsprop,adagrad,adadelta,nadam"
    words = ["sweep", "rosenbrock", "lr=lin:1e-4:1e-3:300", rules, "steps=2000", "engine=numpy"]
    running = start(*words, "--out", "out", "--dask", "local", cwd=tmp_path, start_new_session=True)
    chunks = tmp_path / "out" / "chunks"
    deadline = time.monotonic() + 40
    while not list(chunks.glob("[0-9a-f]*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    out, err = running.communicate(timeout=40)
    assert (running.returncode, err) == (130, "")
    assert "interrupted 2400 runs:" in out
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["finished"] >= 300

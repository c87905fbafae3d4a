"""Where the Dask cluster of a sweep is: one that is started here, or one at an address that answers."""

from __future__ import annotations

import logging
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any

from gdplay.engines.compiled.threads import Workers, cores
from gdplay.errors import Complaint, ConfigError, MachineError
from gdplay.sweeps.address import KEY, LOCAL, Address, ask_trust, read_address
from gdplay.sweeps.cluster import Cluster

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10.0
"""Seconds within which a scheduler has to answer."""

UNHURRIED = {"distributed.admin.tick.interval": "500ms", "distributed.worker.profile.enabled": False}
"""What Dask looks at fifty times a second by default, which takes 4 % of a processor from each process."""

PRIVATE: dict[str, Any] = {
    "host": "127.0.0.1",
    "dashboard_address": "127.0.0.1:0",
    "processes": True,
    "threads_per_worker": 1,
    "memory_limit": 0,  # a chunk takes little, and a worker that is halted for it would never end
    "silence_logs": logging.CRITICAL,
}
"""What a local cluster is: processes of one thread that only this machine can reach."""


@contextmanager
def cluster_at(where: str, allow_remote: bool = False, workers: int | None = None) -> Iterator[Cluster]:
    """Return the cluster at an address, or for ``local`` a new one on this machine, in the context.

    ``workers``: how many the new one has, None for one a processor. Raises ConfigError where the address is
    none or is not to be trusted, MachineError where nothing answers there.
    """
    address = None
    if where != LOCAL:
        address = read_address(where)
        ask_trust(address, allow_remote)
    with ExitStack() as stack:
        stack.enter_context(_silence())
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            remedy = 'pip install "gdplay[cluster]"'
            message = f"a cluster needs Dask, which can't be loaded here ({error})"
            raise ConfigError(Complaint(message, remedy, key=KEY)) from None
        client = stack.enter_context(_local(workers) if address is None else _connected(address))
        yield Cluster(client, "the local cluster" if address is None else f"the cluster at {address}")


@contextmanager
def _local(workers: int | None) -> Iterator[Client]:
    """Start a cluster that only this machine can reach, the pages about it too. Raises MachineError."""
    from dask import config
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gdplay-"))
            stack.enter_context(config.set({**UNHURRIED, "temporary-directory": folder}))
            count = workers or min(Workers().threads, cores())
            with _interrupts_held():
                started = stack.enter_context(
                    LocalCluster(n_workers=count, local_directory=folder, **PRIVATE)
                )
            client = stack.enter_context(Client(started, direct_to_workers=True, set_as_default=False))
        except Exception as error:
            reason: BaseException = error
            while reason.__cause__ is not None:
                reason = reason.__cause__
            raise MachineError(f"no local cluster could be started: {reason}") from error
        try:
            yield client
        finally:
            with _interrupts_held():  # a second Ctrl-C would leave processes behind
                stack.close()


@contextmanager
def _connected(address: Address) -> Iterator[Client]:
    """Connect to a scheduler. Raises MachineError."""
    import asyncio

    from distributed import Client

    try:
        kind = asyncio.run(asyncio.wait_for(_kind(str(address)), PATIENCE))
    except TypeError:
        message = "Dask's configuration names no certificates"
        remedy = "set distributed.comm.tls.ca-file, and client.cert and client.key beside it"
        raise ConfigError(Complaint(message, remedy, key=KEY)) from None
    except Exception as error:  # whoever answers there may answer anything
        said = str(error).partition("\n")[0].rpartition(": ")[2] or f"no answer within {PATIENCE:.0f} s"
        raise MachineError(f"no Dask scheduler answers at {address}: {said}") from None
    if kind != "Scheduler":
        raise MachineError(f"what answers at {address} is no Dask scheduler")
    with Client(str(address), timeout=PATIENCE, set_as_default=False) as client:
        yield client


async def _kind(address: str) -> object:
    """Return what says to be at an address; a client would wait for ever for what is no scheduler."""
    from distributed.comm.core import connect
    from distributed.security import Security

    link = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
    try:
        await link.write({"op": "identity", "reply": True})
        answer: Any = await link.read()
    finally:
        await link.close()
    return answer.get("type") if isinstance(answer, dict) else None


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what Dask logs off the terminal: what matters is raised."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the one that gave out the work.

    Threads and processes that start inside, and those that start from them, never see it; this process
    sees it when the context ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it would lift what is held
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

"""Which address of a Dask scheduler a sweep may be sent to, and which lies on this machine."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from gdplay.errors import Complaint, ConfigError

KEY = "--dask"
LOCAL = "local"
SCHEMES = ("tcp", "tls", "ws", "wss")
FORM = re.compile(r"(?:([a-z]+)://)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})/?")
REMEDY = "write tcp://HOST:PORT or tls://HOST:PORT, or local for a cluster on this machine"


@dataclass(frozen=True)
class Address:
    """Where a scheduler listens."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def here(self) -> bool:
        """Whether it lies on this machine, by its looks alone: no name is looked up, for names can lie.

        >>> [read_address(text).here for text in ("localhost:8786", "127.8.0.1:80", "[::1]:9", "node7:8786")]
        [True, True, True, False]
        """
        name = self.host.lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return (mapped or address).is_loopback


def read_address(text: str) -> Address:
    """Return the address that a text names. Raises ConfigError.

    >>> str(read_address("10.0.0.5:8786"))
    'tcp://10.0.0.5:8786'
    """
    found = FORM.fullmatch(text.strip())
    if not found:
        raise ConfigError(Complaint(f"'{text[:80]}' is no address of a Dask scheduler", REMEDY, key=KEY))
    scheme, host, port = found[1] or "tcp", found[2].strip("[]"), int(found[3])
    if scheme not in SCHEMES:
        raise ConfigError(Complaint(f"there is no protocol '{scheme[:20]}'", REMEDY, key=KEY))
    if not 1 <= port <= 65535:
        raise ConfigError(Complaint(f"there is no port {port}", "write 1 to 65535", key=KEY))
    return Address(scheme, host, port)


def ask_trust(address: Address, allow_remote: bool) -> None:
    """Refuse to send work over a network where anyone could read or answer it, unless that is allowed."""
    if not (address.here or address.scheme == "tls" or allow_remote):
        message = f"{address} is not on this machine, and nothing protects the way there"
        remedy = "use tls://, or add --allow-remote if you trust the network and everyone in it"
        raise ConfigError(Complaint(message, remedy, key=KEY))

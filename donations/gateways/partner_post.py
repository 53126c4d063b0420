"""Room: gateways. Doorbells leave the house: by https to public addresses alone, as they resolve when we connect.

The name is resolved once, every address it has is looked at, and the connection goes to one that was looked at, so
that a name which answers otherwise a moment later (DNS rebinding) gains nothing. No redirect is followed, no proxy
asked, and little of an answer is read.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from donations.partners import address_fault
from donations.partners.signing import HEADER
from donations.ports import PartnerRefusedError

CONNECT_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 10.0
"""From the first byte to the last: a partner that drips holds one effect no longer than this."""
_ANSWER_MAX: Final = 1024
_PORTS: Final = {"https": 443, "http": 80}
_CARRIERS: Final = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""Addresses that carry another one inside, which may be private."""

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every address a host has now, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public network: no private, loopback, link-local or carried one."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in _CARRIERS):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPost:
    """Rings at partners; loopback, also without https, only where all is simulated."""

    allows_loopback: bool = False
    resolve: Resolve = resolve
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    whole_seconds: float = WHOLE_SECONDS

    def ring(self, address: str, body: bytes, signature: str) -> None:
        """Post a doorbell; raises `PartnerRefusedError` unless the answer is 2xx."""
        if address_fault(address, allows_loopback=self.allows_loopback) is not None:
            raise PartnerRefusedError("the address is not one that is called", permanent=True)
        parts = urlsplit(address)
        try:
            status = self._post(parts, body, signature)
        except (OSError, HTTPException) as fault:
            raise PartnerRefusedError(type(fault).__name__, permanent=False) from fault
        if not 200 <= status < 300:  # noqa: PLR2004  # The statuses of success.
            raise PartnerRefusedError(f"HTTP {status}", permanent=False)

    def _post(self, parts: SplitResult, body: bytes, signature: str) -> int:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        connection = HTTPConnection(host, port)
        with closing(self._connected(self._choose(host, port), parts)) as wire:
            connection.sock = wire
            watch = threading.Timer(self.whole_seconds, _cut, (wire,))
            watch.start()
            try:
                headers = {"Content-Type": "application/json", HEADER: signature, "User-Agent": "Almoner"}
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read(_ANSWER_MAX)
                return answer.status
            finally:
                watch.cancel()

    def _choose(self, host: str, port: int) -> tuple[str, int]:
        """Return the first address of a host, if all it has may be called."""
        found = self.resolve(host, port)
        if not found:
            raise PartnerRefusedError("the host has no address", permanent=False)
        if not all(is_public(one) or (self.allows_loopback and ip_address(one).is_loopback) for one in found):
            raise PartnerRefusedError("the host has an address that is not public", permanent=True)
        return found[0], port

    def _connected(self, place: tuple[str, int], parts: SplitResult) -> socket.socket:
        wire = socket.create_connection(place, timeout=CONNECT_SECONDS)
        if parts.scheme == "http":
            return wire
        try:
            return self.trust.wrap_socket(wire, server_hostname=parts.hostname)
        except BaseException:
            wire.close()
            raise


def _cut(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)

"""Outgoing: which addresses of a network quintile may connect to.

A name is judged by the addresses it stands for at the moment of use; whoever connects must use just those addresses, so
that a name cannot mean another machine a moment later.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from quintile.errors import DataError, Place

_NAT64 = ip_network("64:ff9b::/96")
_LOW_32_BITS = 0xFFFFFFFF


@dataclass(frozen=True)
class Outgoing:
    """What may be connected to beyond the public internet.

    Args:
        allow_hosts: Host names, addresses, or networks such as ``10.0.0.0/8``.
        loopback: This machine may be connected to: true for a local user, false for a server that others use.
    """

    allow_hosts: tuple[str, ...] = ()
    loopback: bool = False

    def check(self, host: str, addresses: tuple[str, ...]) -> None:
        """Refuse a host if any of its addresses is not to be connected to.

        Raises:
            DataError: ``host_refused``, an address is private, link-local, reserved, or this machine.
        """
        for address in addresses:
            real = _real(address)
            if not (self._is_open(real) or self._is_listed(host, real)):
                means = f"'{host}'" if host == address else f"'{host}' ({address})"
                raise DataError(
                    "host_refused",
                    f"the host {means} is {_called(real)}, which must be allowed first",
                    fix=f'if it is the right machine, write in quintile.toml: [network] allow_hosts = ["{host}"]',
                    place=Place(host),
                )

    def _is_open(self, address: IPv4Address | IPv6Address) -> bool:
        if address.is_loopback:
            return self.loopback
        return address.is_global and not address.is_multicast

    def _is_listed(self, host: str, address: IPv4Address | IPv6Address) -> bool:
        return any(_is_same_host(host, listed) or _is_within(address, listed) for listed in self.allow_hosts)


def _real(address: str) -> IPv4Address | IPv6Address:
    """The address that is reached in the end: some of the new form hold one of the old form."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found in _NAT64:
            return IPv4Address(int(found) & _LOW_32_BITS)
        return found.ipv4_mapped or found.sixtofour or found
    return found


def _is_same_host(host: str, listed: str) -> bool:
    return host.rstrip(".").casefold() == listed.rstrip(".").casefold()


def _is_within(address: IPv4Address | IPv6Address, listed: str) -> bool:
    try:
        return address in ip_network(listed, strict=False)
    except ValueError:
        return False  # a name


def _called(address: IPv4Address | IPv6Address) -> str:
    if address.is_loopback:
        return "this machine"
    return "a link-local address" if address.is_link_local else "an address of a private or reserved network"

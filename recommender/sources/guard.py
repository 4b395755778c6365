"""Which addresses may be asked: the guard against being sent to somebody's inner network.

Names are resolved once and every address of a name must be public; the connection is then made to
the checked address and to no other (`wire`), so that a second answer of the name server is never used.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host name; raises OSError where there are none."""

_PORTS = frozenset({80, 443})
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
"""Full stops of other scripts: names are looked up, and hosts paced, as if they were dots."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All IPv6 that was ever given out; the rest holds old and local ways to write IPv4 addresses."""
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "2001::/23", "2001:db8::/32"))
)
"""Set aside for special use, whatever the version of Python knows of it."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(ValueError):
    """A URL or an address that must not be asked; the message says why. Internal to this package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that passed the first check, taken apart."""

    scheme: str
    host: str
    port: int


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the operating system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def target(url: str, allow_hosts: Collection[str]) -> Target:
    """Check scheme, host and port of a URL; raise Forbidden. Nothing is resolved yet."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(f"{url!r} is no URL that can be read") from error
    scheme, host = parts.scheme.lower(), (parts.hostname or "").translate(_DOTS).rstrip(".")
    if scheme not in ("http", "https") or not host:
        raise Forbidden("only http:// and https:// addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("an address with a user name or password in it is not fetched")
    if port is None:
        port = 443 if scheme == "https" else 80
    if port not in _PORTS and not is_allowed(host, port, allow_hosts):
        raise Forbidden(f"port {port} is only used for hosts listed in allow_hosts of the source")
    return Target(scheme=scheme, host=host, port=port)


def is_allowed(host: str, port: int, allow_hosts: Collection[str]) -> bool:
    """Tell whether `host` or `host:port` is listed."""
    shown = f"[{host}]" if ":" in host else host
    return bool({host, f"{shown}:{port}", shown} & {entry.lower() for entry in allow_hosts})


def checked_addresses(host: str, port: int, allow_hosts: Collection[str], resolve: Resolver) -> Sequence[str]:
    """Resolve a host; raise Forbidden unless it is listed or all its addresses are public."""
    addresses = resolve(host, port)
    if not is_allowed(host, port, allow_hosts):
        for address in addresses:
            if not is_public(address):
                raise Forbidden(
                    f"{host} is at {address}, which is not a public address; if that is your own mirror, "
                    "list the host in allow_hosts of the source"
                )
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an IP address is reachable from anywhere, looking through IPv4 wrapped in IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return _plainly_public(parsed)
    if (inner := _translated(parsed)) is not None:
        return _plainly_public(inner)
    if parsed.sixtofour is not None:
        # Versions of Python do not agree on 2002::/16 itself; where it leads is what counts.
        return parsed.scope_id is None and _plainly_public(parsed.sixtofour)
    return parsed.scope_id is None and parsed in _UNICAST and _plainly_public(parsed)


def _plainly_public(address: _Address) -> bool:
    special = address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local
    set_aside = any(address.version == net.version and address in net for net in _NOT_PUBLIC)
    return address.is_global and not special and not set_aside


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address is only a way to write (mapped, NAT64)."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped

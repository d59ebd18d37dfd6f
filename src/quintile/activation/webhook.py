"""Webhook: one signed message to one address, in the form of Standard Webhooks (webhook-id, -timestamp, -signature).

The host is resolved once, every address it stands for must be allowed, and just those are connected to. Redirects and
proxies are not followed, so that no message goes where nobody sent it.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import io
import os
import socket
import ssl
import time
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from quintile.domain.secret import Secret
from quintile.errors import DeliveryError, Place, SettingsError

if TYPE_CHECKING:
    from datetime import datetime

    from _typeshed import WriteableBuffer

    from quintile.domain.outgoing import Outgoing

TRIES = 3
SECONDS = 10.0
_PAUSES = (1.0, 4.0)  # seconds before the second and the third try
_PREFIX = "whsec_"
_FEWEST_BYTES = 24  # of a secret, by the specification
_PORTS = {"https": 443, "http": 80}
_DONE = range(200, 300)
# What a later try may mend: too many requests, too early, a server in trouble.
_LATER = {408, 425, 429, *range(500, 600)}


@dataclass(frozen=True)
class Message:
    """What is sent: an id that stays the same however often it is sent, and JSON text."""

    id: str
    body: str


@dataclass(frozen=True)
class Target:
    """Where it goes. Only ``shown`` stands in messages: the rest of an address may be as good as a key."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The address without its path."""
        return f"{self.scheme}://{self.host}:{self.port}"


def secret_of(variable: str) -> Secret:
    """The secret of a webhook, from the environment.

    Raises:
        SettingsError: ``secret_env``, the variable is not set or holds no secret of this form.
    """
    text = os.environ.get(variable)
    fix = f"set it to the receiver's secret: {_PREFIX} and base64 of {_FEWEST_BYTES} bytes or more"
    if not text:
        message = f"the environment variable {variable} is not set; it holds the webhook's secret"
        raise SettingsError("secret_env", message, fix=fix)
    try:
        known = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        known = b""
    if len(known) < _FEWEST_BYTES:
        message = f"the environment variable {variable} holds no secret of a webhook"
        raise SettingsError("secret_env", message, fix=fix)
    return Secret(text)


def target_of(url: str, outgoing: Outgoing) -> Target:
    """Where an address leads.

    Args:
        url: It begins with https://; http:// is for hosts of a private network, which are allowed one by one.
        outgoing: Which hosts may be connected to.

    Raises:
        SettingsError: ``webhook``, it is no such address, brings a password, or is not encrypted.
        DataError: ``host_refused``, the host must be allowed first.
        DeliveryError: ``host_not_found``, no machine has that name.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        scheme, host, port = "", None, 0
    if scheme not in _PORTS or host is None or parts.username is not None or not url.isprintable() or " " in url:
        message = "the webhook is no address that can be sent to"
        raise SettingsError("webhook", message, fix='write webhook = "https://hooks.example.com/..."')
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"no machine is called '{host}'"
        fix = "write the address as its receiver gave it: [alerts] webhook"
        raise DeliveryError("host_not_found", message, fix=fix, place=Place(host)) from error
    addresses = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
    outgoing.check(host, addresses)
    if scheme == "http" and any(ip_address(one.partition("%")[0]).is_global for one in addresses):
        message, fix = f"the webhook of {host} is not encrypted", "write https:// instead of http://"
        raise SettingsError("webhook", message, fix=fix)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme, host, port, path, addresses)


def deliver(target: Target, message: Message, secret: Secret, sent_at: datetime, seconds: float = SECONDS) -> int:
    """Send a message, up to three times where a later try may help.

    Args:
        target: Where it goes.
        message: Its id lets the receiver drop what came twice.
        secret: What it is signed with.
        sent_at: Now, in UTC; the receiver refuses messages that are too old.
        seconds: How long each try may take, from connecting to the end of the answer's headers.

    Returns:
        Which try it was that went through.

    Raises:
        DeliveryError: ``delivery_failed``, it did not arrive, or the receiver refuses it.
    """
    signature = Webhook(secret.reveal()).sign(message.id, sent_at, message.body)
    headers = {
        "content-type": "application/json",
        "user-agent": "quintile",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": signature,
    }
    said = ""
    for number in range(1, TRIES + 1):
        status, said = _try(target, message.body.encode(), headers, seconds)
        if status in _DONE:
            return number
        if status is not None and status not in _LATER:
            break
        if number < TRIES:
            time.sleep(_PAUSES[number - 1])
    failed = f"the webhook did not take the message: {said}"
    fix = "see whether the receiver runs and knows the secret, then run the command again: nothing is sent twice"
    raise DeliveryError("delivery_failed", failed, fix=fix, place=Place(target.shown))


def _try(target: Target, body: bytes, headers: dict[str, str], seconds: float) -> tuple[int | None, str]:
    """The receiver's status, None if it was not reached; and what to say of it."""
    said, end = "", time.monotonic() + seconds
    for number, address in enumerate(target.addresses):
        connection = _Pinned(target, address, end, len(target.addresses) - number)
        try:
            connection.request("POST", target.path, body=body, headers=headers)
            status = connection.status()
        except (OSError, http.client.HTTPException) as error:
            said = f"{type(error).__name__} at {address}"
        else:
            return status, f"it answered {status}" + (", a redirect" if status in range(300, 400) else "")
        finally:
            connection.close()
    return None, said


class _Pinned(http.client.HTTPConnection):
    """A connection to one checked address, under the host's own name, until a moment of the monotonic clock.

    Connecting takes no more than its share of the time, which is left to so many addresses, this one among them.
    """

    def __init__(self, target: Target, address: str, end: float, addresses: int) -> None:
        super().__init__(target.host, target.port)
        self._target = target
        self._address = address
        self._end = end
        self._addresses = addresses

    def connect(self) -> None:
        share = _left(self._end) / self._addresses
        self.sock = socket.create_connection((self._address, self._target.port), share)
        self.sock.settimeout(_left(self._end))
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)
            self.sock.settimeout(_left(self._end))

    def status(self) -> int:
        """The status of the answer, when all its headers are there."""
        answer = http.client.HTTPResponse(self.sock, method="POST")
        answer.fp.close()
        # A socket's own limit is for one read; a server that sends a byte now and then would never reach it.
        answer.fp = io.BufferedReader(_Until(self.sock, self._end))
        answer.begin()
        return answer.status


class _Until(io.RawIOBase):
    """What a socket receives until a moment."""

    def __init__(self, received: socket.socket, end: float) -> None:
        super().__init__()
        self._received = received
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._received.settimeout(_left(self._end))
        return self._received.recv_into(buffer)


def _left(end: float) -> float:
    """The seconds until a moment.

    Raises:
        TimeoutError: It has passed.
    """
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds

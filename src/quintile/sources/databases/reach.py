"""Reaching a server: its checked addresses, and the password from the environment."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from quintile.domain.secret import Secret
from quintile.errors import Place, SettingsError
from quintile.sources.databases.base import Access, refused

if TYPE_CHECKING:
    from quintile.domain.database import DatabaseSource
    from quintile.domain.outgoing import Outgoing


def reach(source: DatabaseSource, outgoing: Outgoing) -> Access:
    """What is needed to connect: every address of the host, all of them allowed, and the password.

    A host that begins with ``/`` is a socket of this machine, allowed where this machine is.

    Raises:
        SettingsError: ``password_env``, the variable is not set.
        DataError: ``host_not_found`` or ``host_refused``.
    """
    password = _password(source)
    if source.settings.is_file:
        return Access()
    host = source.settings.host
    if host.startswith("/"):
        outgoing.check("localhost", ("127.0.0.1",))
        return Access((), password)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        fix = f"write the host as the database's owner gave it, in [sources.{source.name}]"
        raise refused(source, "host_not_found", f"no machine is called '{host}'", fix) from error
    addresses = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
    outgoing.check(host, addresses)
    return Access(addresses, password)


def _password(source: DatabaseSource) -> Secret:
    variable = source.settings.password_env
    if variable is None:
        return Secret("")
    value = os.environ.get(variable)
    if value is None:
        raise SettingsError(
            "password_env",
            f"the environment variable {variable} is not set; it holds the password of the source '{source.name}'",
            fix=f"set it in the shell before the command: read -rs {variable} && export {variable}",
            place=Place(source.label),
        )
    return Secret(value)

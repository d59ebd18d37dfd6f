"""The webhook: signed as the specification says, to allowed addresses alone, tried again only where that may help."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
from datetime import datetime

import pytest
from standardwebhooks import Webhook

from quintile.activation.webhook import Message, Target, deliver, secret_of, target_of
from quintile.domain.outgoing import Outgoing
from quintile.domain.secret import Secret
from quintile.errors import DataError, DeliveryError, SettingsError
from quintile.jobs.workplace.workplace import now_text
from tests.activation.receiver import receiver

KEY = bytes(range(32))
SECRET = Secret("whsec_" + base64.b64encode(KEY).decode())
HERE = Outgoing(("127.0.0.1",))
MESSAGE = Message("2025-07-01-abc-def", '{"type": "quintile.alerts"}')


@pytest.fixture(autouse=True)
def paused(monkeypatch):
    """The pauses between tries, which are not waited for."""
    found = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def sent(target, message=MESSAGE, **limit):
    return deliver(target, message, SECRET, datetime.fromisoformat(now_text()), **limit)


def test_the_receiver_can_verify_what_it_gets():
    with receiver(204) as found:
        assert sent(target_of(found.url + "/hook?shop=7", HERE)) == 1
    ((path, headers, body),) = found.got
    assert (path, body, headers["content-type"]) == ("/hook?shop=7", MESSAGE.body, "application/json")
    assert headers["webhook-id"] == MESSAGE.id
    assert Webhook(SECRET.reveal()).verify(body, headers) == json.loads(body)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    by_hand = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{by_hand}"


def test_what_a_later_try_may_mend_is_tried_three_times(paused):
    with receiver(503, 429, 200) as found:
        assert sent(target_of(found.url, HERE)) == 3
    assert len({headers["webhook-id"] for _, headers, _ in found.got}) == 1
    assert paused == [1.0, 4.0]
    with receiver(500) as found, pytest.raises(DeliveryError, match="it answered 500") as caught:
        sent(target_of(found.url, HERE))
    assert (len(found.got), caught.value.exit_code) == (3, 3)


@pytest.mark.parametrize("answer", [400, 401, 404, 410])
def test_a_refusal_is_final(answer, paused):
    with receiver(answer) as found, pytest.raises(DeliveryError, match=f"it answered {answer}"):
        sent(target_of(found.url, HERE))
    assert (len(found.got), paused) == (1, [])


def test_a_redirect_is_not_followed():
    with receiver(307) as found, pytest.raises(DeliveryError, match="a redirect"):
        sent(target_of(found.url, HERE))
    assert [path for path, *_ in found.got] == ["/"]


def test_nobody_there_is_told_without_the_path():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DeliveryError) as caught:
        sent(target_of(f"http://127.0.0.1:{port}/key-in-the-path", HERE))
    assert "ConnectionRefusedError" in str(caught.value)
    assert "key-in-the-path" not in str(caught.value)


def test_a_server_that_never_answers_is_given_up():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(DeliveryError, match="TimeoutError"):
            sent(target_of(f"http://127.0.0.1:{silent.getsockname()[1]}", HERE), seconds=0.05)


def trickle(listening, head):
    """Answer three times with a byte now and then: the head, then headers without end, until nobody listens."""
    for _ in range(3):
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            for place in itertools.count():
                connection.sendall(head[place : place + 1] or b"X: 1\r\n")
                threading.Event().wait(0.02)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 " + b"2" * 10_000], ids=["headers", "status"])
def test_a_server_that_trickles_has_no_more_time_than_one_that_is_silent(head):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = threading.Thread(target=trickle, args=(listening, head))
        server.start()
        begun = time.monotonic()
        with pytest.raises(DeliveryError, match="TimeoutError"):
            sent(target_of(f"http://127.0.0.1:{listening.getsockname()[1]}", HERE), seconds=0.2)
        took = time.monotonic() - begun
        server.join()
    assert 0.6 <= took < 1.5  # http.client reads at most a hundred headers, which take 2 seconds a try


def test_an_address_that_takes_no_connection_leaves_time_to_the_next(monkeypatch):
    connect, given = socket.create_connection, []

    def slow(address, timeout):
        given.append(timeout)
        if address[0] == "192.0.2.1":
            raise TimeoutError
        return connect(address, timeout)

    monkeypatch.setattr(socket, "create_connection", slow)
    with receiver(200) as found:
        target = target_of(found.url, HERE)
        both = Target("http", target.host, target.port, "/", ("192.0.2.1", *target.addresses))
        assert sent(both, seconds=4.0) == 1
    assert given[0] <= 2 < given[1] <= 4


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_a_private_address_is_refused_unless_allowed(host):
    with pytest.raises(DataError) as caught:
        target_of(f"https://{host}/", Outgoing())
    assert caught.value.code == "host_refused"


def test_a_name_is_judged_by_every_address_it_stands_for(monkeypatch):
    found = [(0, 0, 0, "", (address, 443)) for address in ("8.8.8.8", "192.168.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(DataError, match=r"192\.168\.1\.1"):
        target_of("https://example.com/", Outgoing())
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found[:1])
    assert target_of("https://example.com/a", Outgoing()) == Target("https", "example.com", 443, "/a", ("8.8.8.8",))


def test_what_is_connected_to_is_what_was_checked():
    with receiver(200) as found:
        target = target_of(found.url, HERE)
        named = Target("http", "name.invalid", target.port, "/", target.addresses)
        assert sent(named) == 1
    assert found.got[0][1]["host"] == f"name.invalid:{target.port}"


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.com", "example.com", "https://", "https://u:p@example.com", "https://a b", "https://x:y/"],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(SettingsError, match="no address"):
        target_of(url, Outgoing())


def test_an_unknown_host_is_told():
    with pytest.raises(DeliveryError, match="no machine is called"):
        target_of("https://nobody.invalid/", Outgoing())


def test_nothing_goes_over_the_internet_in_the_clear(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("8.8.8.8", 80))])
    with pytest.raises(SettingsError, match="not encrypted"):
        target_of("http://example.com/", Outgoing(("example.com",)))


def test_a_host_that_speaks_no_tls_is_not_spoken_to():
    with receiver(200) as found, pytest.raises(DeliveryError, match="SSLError"):
        sent(target_of(found.url.replace("http:", "https:"), HERE))
    assert found.got == []


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_short", "whsec_" + "A" * 28, "not base64!"])
def test_a_secret_that_is_none_is_refused_and_never_shown(text, monkeypatch):
    monkeypatch.setenv("HOOK", text)
    with pytest.raises(SettingsError) as caught:
        secret_of("HOOK")
    assert len(text) < 7 or text not in str(caught.value)


def test_a_secret_comes_from_the_environment_with_or_without_its_mark(monkeypatch):
    for text in (SECRET.reveal(), SECRET.reveal().removeprefix("whsec_")):
        monkeypatch.setenv("HOOK", text)
        assert secret_of("HOOK").reveal() == text
        assert text not in repr(secret_of("HOOK"))

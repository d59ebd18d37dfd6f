"""A receiver of webhooks on this machine: a real HTTP server that remembers what it got."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Receiver:
    """``answers`` are given one after the other, the last one for ever; ``got`` has path, headers and body of each."""

    url: str
    answers: list[int]
    got: list[tuple[str, dict[str, str], str]] = field(default_factory=list)


@contextlib.contextmanager
def receiver(*answers: int) -> Iterator[Receiver]:
    """Serve on a free port of the loopback address until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            found.got.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            answer = found.answers[min(len(found.got), len(found.answers)) - 1]
            self.send_response(answer)
            if answer in range(300, 400):
                self.send_header("location", f"{found.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_port}", list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

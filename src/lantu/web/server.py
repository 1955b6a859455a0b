"""Runs the web application until somebody stops it."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from lantu.core.errors import ConflictError, InputError
from lantu.overlay.engine import prepare
from lantu.web.app import create_app

HOST, PORT = "127.0.0.1", 8750
_TRIES = 50


def listen(host: str = HOST, port: int | None = None) -> socket.socket:
    """Open a listening socket.

    Args:
        port: this one and no other; None for 8750 or the next free one; 0 for any.

    Raises:
        ConflictError: `web.port_busy`.
        InputError: `web.cannot_listen` for an address that is not this machine's.
    """
    for candidate in [port] if port is not None else range(PORT, PORT + _TRIES):
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            # Only of a socket that names TCP does asyncio switch off the delay of small answers (40 ms each).
            opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            try:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                opened.bind((host, candidate))
                opened.listen(128)
            except BaseException:
                opened.close()
                raise
            return opened
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                raise InputError("web.cannot_listen", host=host, port=candidate, why=str(error)) from None
    raise ConflictError("web.port_busy", port=PORT if port is None else port)


def address_of(opened: socket.socket) -> str:
    """Return the address to type into a browser on this machine."""
    host, port = opened.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def serve(
    home: Path,
    host: str = HOST,
    port: int | None = None,
    *,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve a home until it is interrupted; requests under way are finished first.

    Args:
        ready: called with the address once connections are taken.

    Raises:
        NotFoundError: `web.no_data` where the home holds nothing to show.
        ConflictError, InputError: as `listen`.
    """
    app = create_app(home)
    # So that the first look at a feature waits for no compiler.
    threading.Thread(target=prepare, daemon=True).start()
    with listen(host, port) as opened:
        config = uvicorn.Config(
            app, access_log=False, log_level="warning", timeout_graceful_shutdown=3, server_header=False
        )
        server = _Server(config)
        with _ended_by_signals(server):
            ready(address_of(opened))
            server.run(sockets=[opened])


class _Server(uvicorn.Server):
    """A server to which being stopped is how serving ends, not a fault."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn would raise them again once it has shut down in order."""
        yield


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the server in order, from before it says that it is ready."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    before = {number: signal.signal(number, server.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""`lantu serve` as a process: it prints its address, answers there, and ends cleanly when told to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from lantu.core.errors import ConflictError, InputError
from lantu.web.server import PORT, address_of, listen
from store.command import lantu
from web.test_tiles import address

LANTU = [sys.executable, "-c", "from lantu.cli.main import main; main()"]


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LANTU, "serve", "--home", str(home), "--port", "0", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"COLUMNS": "200"},
    )  # fmt: skip


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(world_path: Path, by: signal.Signals) -> None:
    server = start(world_path, "--json")
    try:
        assert server.stdout
        ready = json.loads(server.stdout.readline())
        assert ready["home"] == str(world_path)
        with httpx.Client(base_url=ready["address"], timeout=30) as client:
            assert client.get("/api/meta").json()["latest_year"] == 2025
            assert client.get(address("DLTB", 2025)).status_code == 200
            server.send_signal(by)  # while the connection is still held open
            out, err = server.communicate(timeout=300)
    finally:
        server.kill()
    assert (server.returncode, out, err) == (0, "", "")


def test_it_says_its_address_to_people(world_path: Path) -> None:
    server = start(world_path)
    try:
        assert server.stdout
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line and "Ctrl-C" in line
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=120)
    finally:
        server.kill()
    assert (server.returncode, err) == (0, "") and "已停止" in out


def test_an_empty_home_is_refused_with_a_sentence(tmp_path: Path) -> None:
    refused = lantu(tmp_path / "none", "serve", "--port", "0")
    assert refused.code == 4 and "lantu demo" in refused.err and refused.out == ""
    assert not (tmp_path / "none").exists()


def test_a_busy_port_is_refused_where_it_was_asked_for(world_path: Path) -> None:
    with listen(port=0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConflictError, match=r"web\.port_busy"):
            listen(port=port)
        refused = lantu(world_path, "serve", "--port", str(port))
        assert refused.code != 0 and str(port) in refused.err


def test_without_a_port_the_next_free_one_is_taken() -> None:
    with listen() as first, listen() as second:
        assert PORT <= first.getsockname()[1] < second.getsockname()[1] < PORT + 50
        assert address_of(second) == f"http://127.0.0.1:{second.getsockname()[1]}/"


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(InputError, match=r"web\.cannot_listen"):
        listen("192.0.2.1", 0)
    with pytest.raises(InputError, match=r"web\.cannot_listen"):
        listen("no such host", 0)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_the_address_of_all_interfaces_can_be_typed() -> None:
    with listen("0.0.0.0", 0) as opened:
        assert address_of(opened).startswith("http://127.0.0.1:")


def test_small_answers_are_not_delayed() -> None:
    # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it each answer waits 40 ms.
    with listen(port=0) as opened:
        assert opened.proto == socket.IPPROTO_TCP

"""`lantu serve`: the map and its API on a local address."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from lantu.cli.context import HomeOption, JsonOption, console, home_path, say
from lantu.web.server import HOST, serve


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", help="打开地图服务 / serve the map; Ctrl-C 结束 / stops it")(run)


def run(
    host: Annotated[str, typer.Option("--host", help="监听地址 / address to listen on")] = HOST,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", help="端口，缺省为 8750 或其后第一个空闲端口 / 8750 or the next free", min=0, max=65535
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the address and serve until interrupted; being stopped is success."""

    def ready(address: str) -> None:
        if as_json:
            sys.stdout.write(
                json.dumps({"address": address, "home": str(home_path(home))}, ensure_ascii=False) + "\n"
            )
            sys.stdout.flush()
        else:
            console.print(say("web.serving", address=address), markup=False, highlight=False, soft_wrap=True)

    serve(home_path(home), host, port, ready=ready)
    if not as_json:
        console.print(say("web.stopped"), markup=False)

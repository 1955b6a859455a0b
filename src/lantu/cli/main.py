"""`lantu`: one file per command in this folder; each offers `register(app)`."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import typer

from lantu.cli.context import language, say, stderr
from lantu.cli.exit_codes import INTERRUPTED, exit_code
from lantu.core.errors import LantuError

_COMMANDS = ("approval", "plan", "layer", "sample", "measure", "report", "serve", "ledger", "demo")

app = typer.Typer(name="lantu", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for _name in _COMMANDS:
    if importlib.util.find_spec(f"lantu.cli.{_name}"):
        importlib.import_module(f"lantu.cli.{_name}").register(app)


def main() -> None:
    """Run the command line; turn our own errors into one sentence and a documented exit code."""
    try:
        app(standalone_mode=True)
    except LantuError as error:
        stderr.print(say(error.code, **error.params), style="red", markup=False, highlight=False)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        stderr.print("已中断 / interrupted" if language() == "zh" else "interrupted")
        sys.exit(INTERRUPTED)

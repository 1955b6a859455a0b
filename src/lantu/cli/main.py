"""`lantu`: one file per command in this folder; each offers `register(app)`."""

from __future__ import annotations

import importlib
import signal
from typing import Any

import typer
from typer.core import TyperGroup

from lantu.core.errors import LantuError

COMMANDS = {
    "demo": "用虚构示例数据走完全程 / the whole chain on invented sample data",
    "sample": "生成虚构示例数据 / build the invented sample data",
    "approval": "批复 / approval replies",
    "plan": "规划 / plans",
    "layer": "图层和表 / layers and tables",
    "profile": "成果包样式：要交哪些图层、字段和代码 / what a plan package must hold",
    "package": "规划成果包 / plan packages",
    "transmit": "上下级传导：下级规划的数字对照上级 / a lower plan's figures against the plan above",
    "conflict": "规划矛盾：扫描、分派、方案、裁定、销号 / what contradicts what, and what is done about it",
    "overlay": "叠置任意两个文件的面积 / shared areas of any two files",
    "site": "压占分析：地块压占哪些控制线、什么地类 / which control lines and land a site lies in",
    "review": "合规审查：地块对照管控规则，给出理由和所需文件 / sites against the controls, with reasons",
    "measure": "监测：指标对照批复，逐年比对变化 / targets against state, and changed land",
    "report": "编写监测报告 / write the monitoring report",
    "serve": "打开地图服务 / serve the map",
    "ledger": "账本 / the ledger",
}


class OnDemand(TyperGroup):
    """Imports a command's file only when it is called: maps and databases take seconds to import."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command's name and line of help; what runs it comes with `resolve_command`."""
        if cmd_name not in COMMANDS:
            return None
        return typer.core.TyperCommand(cmd_name, help=COMMANDS[cmd_name])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else command(name), rest

    def invoke(self, ctx: Any) -> Any:
        """Turn our own errors and Ctrl-C into one sentence and a documented exit code.

        Where the command was asked for JSON, the sentence comes as JSON, too, in both languages.
        """
        as_json = _asks_for_json([*ctx._protected_args, *ctx.args])
        try:
            return super().invoke(ctx)
        except LantuError as error:
            from lantu.cli.context import complain
            from lantu.cli.exit_codes import exit_code

            complain(error.code, error.params, as_json, "red")
            raise typer.Exit(exit_code(error)) from None
        except KeyboardInterrupt:
            from lantu.cli.context import complain
            from lantu.cli.exit_codes import INTERRUPTED

            complain("cli.interrupted", {}, as_json)
            raise typer.Exit(INTERRUPTED) from None


def _asks_for_json(words: list[str]) -> bool:
    """Return whether `--json` stands among the words, before a `--` that ends the options."""
    return "--json" in words[: words.index("--") if "--" in words else None]


def command(name: str) -> Any:
    """Import one command and return it as click runs it."""
    holder = typer.Typer()
    importlib.import_module(f"lantu.cli.{name}").register(holder)
    found = typer.main.get_group(holder).commands[name]
    found.help = COMMANDS[name]
    return found


app = typer.Typer(
    name="lantu", cls=OnDemand, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def _lantu() -> None:
    """蓝图 Lantu：国土空间规划“一张图”实施监督 / is the land still as approved?"""


def main() -> None:
    """Run the command line; being told to end (SIGTERM) is undone and said like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()

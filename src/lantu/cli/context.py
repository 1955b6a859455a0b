"""What every command shares: its options, its two ways of printing, its progress bars."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from lantu.core.progress import Progress
from lantu.core.units import convert, round_half_up
from lantu.lawbook import message

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="LANTU_HOME", help="数据目录 / home folder", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
AnySystemOption = Annotated[
    bool,
    typer.Option(
        "--assume-cgcs2000",
        help="其他坐标系（WGS84 等）换算成经纬度，当作 CGCS2000 / take other systems (WGS84 …), "
        "brought to longitude and latitude, as CGCS2000",
    ),
]

DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--day", formats=["%Y-%m-%d"], help="按哪天的规则 / whose law applies, YYYY-MM-DD", show_default=False
    ),
]
console = Console()
stderr = Console(stderr=True)


def home_path(option: Path | None) -> Path:
    """Return the home folder: `--home`, else `LANTU_HOME`, else `~/.local/share/lantu`."""
    return (option or Path("~/.local/share/lantu")).expanduser().resolve()


def language() -> str:
    """Return zh unless `LANTU_LANG=en`."""
    return "en" if os.environ.get("LANTU_LANG", "").lower().startswith("en") else "zh"


def say(code: str, /, **params: object) -> str:
    """Return a lawbook sentence in the user's language."""
    return message(code, language(), **params)


def line(text: str, style: str = "") -> None:
    """Print a sentence for people as it is, folded by the terminal only."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def notes(*codes: Iterable[str]) -> None:
    """Print what was changed in files on the way in, each once."""
    from lantu.core.foreign import GOOD_M  # with it comes PROJ, which few commands need

    for code in dict.fromkeys(chain.from_iterable(codes)):
        line(say(code, good=f"{GOOD_M:g}"), "yellow")


def hectares(m2: float) -> str:
    """Return an area in 公顷, four decimals: the square metre."""
    return f"{round_half_up(convert(Decimal(m2), '平方米', '公顷'), 4):,}"


def value(found: Any) -> str:
    """Return the value of a field as a table shows it; none is said."""
    return say("overlay.no_value") if found is None else str(found)


def emit(value: Any, as_json: bool, show: Callable[[], None]) -> None:
    """Print `value` as JSON, or let `show` print it for people."""
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=plain) + "\n")
    else:
        show()


def complain(code: str, params: Mapping[str, object], as_json: bool, style: str = "") -> None:
    """Write what went wrong to stderr: a sentence, or `{"error": {"code", "zh", "en", "params"}}`."""
    if as_json:
        said = {each: message(code, each, **params) for each in ("zh", "en")}
        error = {"error": {"code": code, **said, "params": {k: str(v) for k, v in params.items()}}}
        sys.stderr.write(json.dumps(error, ensure_ascii=False) + "\n")
    else:
        text = say(code, **params)
        stderr.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def plain(value: object) -> object:
    """Bring a value json cannot take into one it can; a Decimal keeps its zeros as a string."""
    match value:
        case Enum():
            return value.value
        case Decimal() | Path():
            return str(value)
        case date() | datetime() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case timedelta():
            return str(value)
        case _ if hasattr(value, "to_json"):
            return value.to_json()
        case _:
            raise TypeError(type(value).__name__)


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Draw one bar per step on stderr while work goes on; silent where stderr is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=stderr, disable=not stderr.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def report(step: str, done: int, total: int | None = None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(say(step), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report

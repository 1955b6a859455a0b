"""Guides that promise to run from the top do: every command of their shell blocks, with its exit code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.shell import environment

GUIDES = Path(__file__).parents[2] / "docs/guide"
RUN = {"package-check.md": 10, "transmission.md": 20, "conflicts.md": 10}
"""Guide → its commands are more than."""


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_every_command_runs_and_ends_as_the_guide_says(name: str, tmp_path: Path) -> None:
    tool = tmp_path / "bin/lantu"
    tool.parent.mkdir()
    tool.write_text(
        f"#!/bin/sh\nexec '{sys.executable}' -c 'from lantu.cli.main import main; main()' \"$@\"\n"
    )
    tool.chmod(0o755)
    (work := tmp_path / "work").mkdir()
    words = environment(LANTU_HOME=str(tmp_path / "home"))
    words["PATH"] = f"{tool.parent}:{words['PATH']}"
    ended = []
    for kind, block in re.findall(r"```(sh|yaml|text)\n(.*?)```", (GUIDES / name).read_text("utf-8"), re.S):
        if kind == "yaml":  # its first line says which file it is
            (work / block.partition("\n")[0].removeprefix("# ")).write_text(block, "utf-8")
            continue
        if kind == "text":  # likewise, and that line is not of the file
            first, _, rest = block.partition("\n")
            (work / first.removeprefix("# ")).write_text(rest, "utf-8")
            continue
        for line in block.splitlines():
            said = re.search(r"# .*?exit (\d+)", line)
            done = subprocess.run(["sh", "-c", line], cwd=work, env=words, capture_output=True, text=True)
            ended.append(done.returncode)
            assert done.returncode == int(said[1] if said else 0), f"{line}\n{done.stdout}\n{done.stderr}"
    assert len(ended) > RUN[name]

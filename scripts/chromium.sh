# Installs Debian's Chromium and a Chinese font for the page tests, as root; else says why it does not.
set -u
browser=${LANTU_CHROMIUM:-/usr/bin/chromium}

if [ -x "$browser" ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "没有 $browser，页面测试将跳过；可执行 apt-get install chromium。"
    echo "There is no $browser: page tests will be skipped. To run them: apt-get install chromium"
    exit 0
fi
echo "正在安装 Chromium（页面测试用）/ installing Chromium for the page tests"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends chromium fonts-wqy-microhei; }; then
    echo "装不上 Chromium，页面测试将跳过。/ Chromium could not be installed: page tests will be skipped."
fi
exit 0

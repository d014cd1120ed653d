#!/bin/sh
# Install the Debian packages that `make run` or `make test` needs, where that is allowed; otherwise say what to run.
set -eu
run="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
test="chromium libatomic1 gettext"
command -v node >/dev/null 2>&1 || test="$test nodejs"

case "$1" in
run) wanted=$run ;;
test) wanted="$run $test" ;;
*) echo "usage: machine.sh run|test" >&2 && exit 2 ;;
esac

missing=""
for package in $wanted; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else
    echo "Packages of the system are missing. Please run:" >&2
    echo "sudo apt-get update && sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing

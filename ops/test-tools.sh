#!/bin/sh
# Installs what the tests need and Node does not bring: xfs_io, which can cut the power of a mounted volume, and the
# sqlite3 shell, which runs offline scripts.
# Usage: sh ops/test-tools.sh
# Does nothing where they are there already. On a machine without apt-get, or without root, it says what is missing.
set -eu

missing=
command -v xfs_io >/dev/null 2>&1 || missing="$missing xfsprogs"
command -v sqlite3 >/dev/null 2>&1 || missing="$missing sqlite3"

if [ -z "$missing" ]; then
  echo "xfs_io and sqlite3 are there: $(command -v xfs_io) $(command -v sqlite3)"
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
command -v xfs_io
command -v sqlite3

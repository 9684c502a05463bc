#!/bin/sh
# Installs what the power-cut tests need and Node does not bring: xfs_io, which can cut the power of a mounted volume.
# Usage: sh ops/test-tools.sh
# Does nothing where it is there already. On a machine without apt-get, or without root, it says what is missing.
set -eu

if command -v xfs_io >/dev/null 2>&1; then
  echo "xfs_io is there: $(command -v xfs_io)"
  exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
  echo "test-tools: xfs_io is missing and this is not root; run as root: apt-get install xfsprogs" >&2
  exit 1
fi

if ! command -v apt-get >/dev/null 2>&1; then
  echo "test-tools: xfs_io is missing and there is no apt-get; install xfsprogs with this system's package manager" >&2
  exit 1
fi

apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends xfsprogs
command -v xfs_io

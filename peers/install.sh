#!/bin/sh
# Installs what npm run peers and npm run bench run beside Drydock: Alembic, sqitch and the sqlite3 shell from Debian, the
# others from npm, into peers/node_modules.
# Usage: sh peers/install.sh
# Does nothing where they are there already. On a machine without apt-get, or without root, it says what is missing.
set -eu
cd "$(dirname "$0")"

missing=
need() {
  [ -x "/usr/bin/$1" ] || missing="$missing $2"
}
need alembic alembic
need sqitch "sqitch libdbd-sqlite3-perl"
need sqlite3 sqlite3

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "peers: there is no apt-get; npm run peers and npm run bench are for Debian, with:$missing" >&2
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "peers: this is not root; run as root: apt-get install --no-install-recommends$missing" >&2
    exit 1
  fi
  apt-get update
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi

# Not `npm ci`, which wants dbmate's binaries for all other systems in the lock too. What is locked is what is installed.
cmp -s package-lock.json node_modules/.installed || {
  npm install --no-save --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.installed
}

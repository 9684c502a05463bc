#!/bin/sh
# Puts a copy back by hand. `plain` is cp and fsync; `careful` also proves the copy, keeps what is replaced, and looks at the
# result. Says what each step took, in milliseconds. The copy's checksum is expected beside it.
# Usage: restore.sh plain|careful COPY DATABASE
set -eu
how=$1 copy=$2 db=$3

durable() { sync "$1" "$(dirname "$1")"; }
prove() { sha256sum --status -c "$copy.sha256"; }
keep() { cp "$db" "$db.replaced"; durable "$db.replaced"; }
put_back() { cp "$copy" "$db"; durable "$db"; }
look() { [ "$(sqlite3 "$db" 'PRAGMA quick_check')" = ok ] || { echo "$db is damaged" >&2; exit 1; }; }
step() {
  from=$(date +%s%3N)
  "$2"
  echo "$1 $(($(date +%s%3N) - from))"
}

[ "$how" = plain ] || step 'sha256sum of the copy' prove
[ "$how" = plain ] || step 'cp of what is replaced, fsync' keep
step 'cp back, fsync' put_back
[ "$how" = plain ] || step 'quick_check' look

#!/bin/sh
# What a careful operator would write without Drydock: the yardstick of the benchmark. Says what each step took, in
# milliseconds.
# Usage: operator.sh DATABASE SQL_FILE
set -eu
db=$1 sql=$2

count() { rows=$(sqlite3 "$db" 'SELECT count(*) FROM comments'); }
check() { [ "$(sqlite3 "$db" 'PRAGMA integrity_check')" = ok ] || { echo "$db is damaged" >&2; exit 1; }; }
backup() { sqlite3 "$db" ".backup '$db.backup'"; }
change() { { echo 'BEGIN IMMEDIATE;'; cat "$sql"; echo 'COMMIT;'; } | sqlite3 -bail "$db"; }
step() {
  from=$(date +%s%3N)
  "$2"
  echo "$1 $(($(date +%s%3N) - from))"
}

step 'integrity_check before' check
step 'count before' count
before=$rows
step '.backup' backup
step 'SQL' change
step 'integrity_check after' check
step 'count after' count
[ "$rows" -eq "$before" ] || { echo "$before comments before, $rows after" >&2; exit 1; }

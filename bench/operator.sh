#!/bin/sh
# What a careful operator would write without Drydock: the yardstick of the benchmark.
# Usage: operator.sh DATABASE SQL_FILE
set -eu
db=$1 sql=$2

count() { sqlite3 "$db" 'SELECT count(*) FROM comments'; }
check() { [ "$(sqlite3 "$db" 'PRAGMA integrity_check')" = ok ] || { echo "damaged $1 the change" >&2; exit 1; }; }

check before
before=$(count)
sqlite3 "$db" ".backup '$db.backup'"
{ echo 'BEGIN IMMEDIATE;'; cat "$sql"; echo 'COMMIT;'; } | sqlite3 -bail "$db"
check after
after=$(count)
[ "$after" -eq "$before" ] || { echo "$before comments before, $after after" >&2; exit 1; }

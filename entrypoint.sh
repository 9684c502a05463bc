#!/bin/sh
# Upgrades the database, then becomes the command that it was given. Where the upgrade fails, that command never starts
# and the container ends with Drydock's exit code (docs/exit-codes.md).
set -eu

# With no command to go on with, nothing needs to stand between the signals and Drydock.
if [ "$#" -eq 0 ]; then exec drydock upgrade; fi

# As process 1 a shell does not hear SIGTERM while it waits for a foreground child, so the child is one that it can tell.
# The trap stands before there is a child: a signal in between would else end the shell and leave the upgrade alone.
upgrade=
stopped=
stop() {
  stopped=yes
  if [ -n "$upgrade" ]; then kill -TERM "$upgrade" 2>/dev/null || true; fi
}
trap stop TERM INT HUP
drydock upgrade &
upgrade=$!
if [ -n "$stopped" ]; then stop; fi
status=0
wait "$upgrade" || status=$?
# A signal ends `wait` before the child has ended.
while kill -0 "$upgrade" 2>/dev/null; do
  status=0
  wait "$upgrade" || status=$?
done
trap - TERM INT HUP
[ "$status" -eq 0 ] || exit "$status"
exec "$@"

#!/bin/sh
# Upgrades the database, then becomes the command that it was given. Where the upgrade fails, that command never starts
# and the container ends with Drydock's exit code (docs/exit-codes.md).
#
# DRYDOCK_SKIP=1             go on to the command at once
# DRYDOCK_ON_FAILURE=start   start the command also after exit code 20 and 21; with any other code, as always, not
set -eu

# Whatever is not ours goes to the log as one line, on which a terminal does not act.
plain() {
  printf '%s' "$1" | LC_ALL=C tr -c ' -~' '?'
}
wrong() {
  echo "drydock: $(plain "$1"). Nothing was changed. $2." >&2
  exit 2
}
case ${DRYDOCK_SKIP-0} in
0 | 1) ;;
*) wrong "DRYDOCK_SKIP is '$DRYDOCK_SKIP'" 'Set it to 1 or 0, or unset it' ;;
esac
case ${DRYDOCK_ON_FAILURE-exit} in
exit | start) ;;
*) wrong "DRYDOCK_ON_FAILURE is '$DRYDOCK_ON_FAILURE'" 'Set it to exit or start, or unset it' ;;
esac

if [ "${DRYDOCK_SKIP-0}" = 1 ]; then
  echo 'drydock: not upgraded, since DRYDOCK_SKIP is 1' >&2
  [ "$#" -gt 0 ] || exit 0
  exec "$@"
fi

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

# A commit is finished although a signal has come. Whoever sent it does not want the command any more.
if [ -n "$stopped" ] && [ "$status" -eq 0 ]; then exit 143; fi
if [ "$status" -ne 0 ]; then
  # The only two that say that the database was checked before, and has been compared since. docs/docker.md says why no
  # other one is among them.
  case ${DRYDOCK_ON_FAILURE-exit}$stopped:$status in
  start:20 | start:21) echo "drydock: exit code $status leaves a sound database; DRYDOCK_ON_FAILURE=start: $(plain "$1") starts" >&2 ;;
  *) exit "$status" ;;
  esac
fi
exec "$@"

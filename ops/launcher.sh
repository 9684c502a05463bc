#!/bin/sh
# Drydock under the Node that stands beside it, in an image that need not have one. Node asks for libatomic, which the
# slim images leave out; nothing else is in that folder, so no other program can pick up a library that is not its own.
LD_LIBRARY_PATH=/opt/drydock/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec /opt/drydock/libexec/node /opt/drydock/dist/drydock.cjs "$@"

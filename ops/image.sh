#!/bin/sh
# Lays out what an image needs to run Drydock: Node, the bundle, the one dependency outside it, an init.
# Usage, in the build stage of the Dockerfile, after the build: sh ops/image.sh /opt/drydock
set -eu
to=$1
sqlite=node_modules/better-sqlite3
binary=$(node -p 'process.platform + "-" + process.arch').node

mkdir -p "$to/bin" "$to/lib" "$to/libexec" "$to/$sqlite/prebuilds"
install -m 755 ops/launcher.sh "$to/bin/drydock"
install -m 755 entrypoint.sh /usr/bin/tini "$to/bin/"
install -m 644 "/usr/lib/$(uname -m)-linux-gnu/libatomic.so.1" "$to/lib/"
# A fifth of the binary is symbols for who debugs Node itself.
strip -o "$to/libexec/node" "$(command -v node)"
cp -R package.json LICENSE dist "$to/"
# Without the sources that it was compiled from, and the binaries of other platforms.
cp -R "$sqlite/package.json" "$sqlite/LICENSE" "$sqlite/lib" "$to/$sqlite/"
cp "$sqlite/prebuilds/$binary" "$to/$sqlite/prebuilds/"

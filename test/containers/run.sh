#!/bin/sh
# Runs the tests of the containers, or another command, where a real Docker Engine and a real podman are at hand:
#
#   sh test/containers/run.sh [COMMAND...]
#
# Needs Linux, root and Debian's packages; takes no image from any registry. All of it runs in a Debian of its own (made
# once, in node_modules/.cache/containers), in a mount and a process namespace of its own: nothing is installed or mounted
# on this machine, and whatever ends this script ends the engine and every container too.
# Ends with 77, and says why, where that cannot be.
set -eu
cd "$(dirname "$0")/../.."
project=$PWD
cache=$project/node_modules/.cache/containers
toolbox=$cache/toolbox

cannot() {
  echo "containers: NOT RUN: $1" >&2
  exit 77
}
[ "$(uname -s)" = Linux ] || cannot 'this needs Linux'
[ "$(id -u)" -eq 0 ] || cannot 'this needs root, to mount and to run an engine'
if ! command -v mmdebstrap >/dev/null; then
  command -v apt-get >/dev/null || cannot 'there is neither mmdebstrap nor apt-get to install it with'
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null; } ||
    cannot 'mmdebstrap cannot be installed'
fi
setpriv --pdeathsig KILL unshare --mount --pid --fork true 2>/dev/null || cannot 'namespaces cannot be made here'

mkdir -p "$cache"
exec 9>"$cache/lock"
flock --nonblock 9 || {
  echo 'containers: waiting for another run in this checkout to end' >&2
  flock 9
}

if [ ! -e "$cache/base.tar" ]; then
  echo 'containers: making the base image from Debian packages' >&2
  mmdebstrap -q --variant=minbase --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io trixie "$cache/base.new.tar" >&2 ||
    cannot 'Debian packages cannot be fetched'
  mv "$cache/base.new.tar" "$cache/base.tar"
fi
if [ ! -d "$toolbox" ]; then
  echo 'containers: making the toolbox' >&2
  rm -rf "$toolbox.new"
  mkdir "$toolbox.new"
  tar -xf "$cache/base.tar" -C "$toolbox.new"
  cp -L /etc/resolv.conf "$toolbox.new/etc/resolv.conf"
  { chroot "$toolbox.new" apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive chroot "$toolbox.new" apt-get install -y -qq --no-install-recommends \
      -o Dpkg::Options::=--force-unsafe-io ca-certificates curl libatomic1 docker.io docker-cli docker-buildx docker-compose \
      podman crun catatonit kubernetes-client shellcheck systemd iproute2 iptables slirp4netns >"$cache/toolbox.log" 2>&1; } ||
    cannot "the tools cannot be installed, see $cache/toolbox.log"
  mv "$toolbox.new" "$toolbox"
fi

# What a run that was killed has left. Nothing of it is mounted or running any more: that went with its namespaces.
clean() {
  rm -rf "$cache/run"
  for group in /sys/fs/cgroup/drydock-test /sys/fs/cgroup/*/drydock-test; do
    if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true; fi
  done
}
clean
mkdir "$cache/run"
trap 'kill -KILL "$inside" 2>/dev/null || true; exit 143' INT TERM HUP
trap clean EXIT
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
if [ "$#" -eq 0 ]; then
  set -- sh -c "sh test/containers/images.sh $cache/base.tar && exec node --test --test-force-exit --test-timeout=300000 'test/containers/*.test.ts'"
fi
# Killed with this script, however that ends, and holding its lock until all that is inside is gone.
setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --propagation private \
  sh test/containers/inside.sh "$project" "$toolbox" "$cache/run" "$npm" "$@" &
inside=$!
wait "$inside"

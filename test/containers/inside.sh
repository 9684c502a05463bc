#!/bin/sh
# The first process of the namespaces that run.sh made: turns into the toolbox, starts the engine, runs the command.
# Usage: inside.sh PROJECT TOOLBOX WORK NPM COMMAND...
set -eu
project=$1 toolbox=$2 work=$3 npm=$4
shift 4

mount --bind "$toolbox" "$toolbox"
mount -t proc proc "$toolbox/proc"
mount --rbind /sys "$toolbox/sys"
mount --rbind /dev "$toolbox/dev"
for folder in run tmp; do mount -t tmpfs tmpfs "$toolbox/$folder"; done
# Podman refuses a machine that has both generations of cgroups mounted.
umount "$toolbox/sys/fs/cgroup/unified" 2>/dev/null || true
mkdir -p "$toolbox$project" "$work/docker" "$work/podman" "$toolbox/var/lib/containers" "$toolbox/mnt"
mount --rbind "$project" "$toolbox$project"
mount --bind "$work/podman" "$toolbox/var/lib/containers"
cp -L /etc/resolv.conf "$toolbox/etc/resolv.conf"
mkdir "$toolbox/run/npm" "$toolbox/run/certificates"
# A machine may know authorities that Debian does not.
for certificates in /etc/ssl/certs/ca-certificates.crt "$toolbox/etc/ssl/certs/ca-certificates.crt"; do
  if [ -e "$certificates" ]; then
    cp -L "$certificates" "$toolbox/run/certificates/"
    break
  fi
done
mount --bind "$npm" "$toolbox/run/npm"
# A real root and no chroot: podman's exec needs one.
cd "$toolbox"
pivot_root . mnt
umount -l /mnt

cd "$project"
export HOME=/root TMPDIR=/tmp LANG=C.UTF-8 PATH="$project/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export DOCKER_HOST=unix:///run/docker.sock CONTAINERS_CONF="$project/test/containers/containers.conf"
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
# A network of its own too, so that the engine's bridge and its rules are not this machine's.
ip netns add engine
slirp4netns --configure --mtu=65520 --netns-type=path /run/netns/engine tap0 >/tmp/network.log 2>&1 &
in_network() {
  nsenter --net=/run/netns/engine "$@"
}
in_network dockerd --data-root "$work/docker" --exec-root /run/docker -p /run/dockerd.pid -H "$DOCKER_HOST" \
  --userland-proxy=false --storage-driver overlay2 --cgroup-parent /drydock-test \
  --default-ulimit nofile=1024:4096 >/tmp/dockerd.log 2>&1 &
engine=$!
tries=0
until docker version >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 240 ] || ! kill -0 "$engine" 2>/dev/null; then
    cat /tmp/dockerd.log >&2
    echo 'containers: the Docker Engine did not start' >&2
    exit 1
  fi
  sleep 0.25
done
status=0
in_network "$@" || status=$?
# Whatever still runs ends with this process, which is the first of its namespaces.
exit "$status"

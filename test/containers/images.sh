#!/bin/sh
# Builds the image from the Dockerfile, as it stands, for the engine that run.sh started. No registry is asked: the images
# that it begins from are stand-ins of the same names, made of Debian's packages and the Node that the tests run under.
# Usage: images.sh BASE_TAR
set -eu

build() {
  docker build --quiet "$@" >/dev/null
}
node_image=$(sed -n 's/^ARG NODE_IMAGE=//p' Dockerfile)
base_image=$(sed -n 's/^ARG BASE_IMAGE=//p' Dockerfile)

docker import "$1" "$base_image" >/dev/null
# A base without Node, such as the Python image of an application. With systemd for the one below that is a whole machine.
build -t python:3-slim --build-arg "BASE_IMAGE=$base_image" - <<'DOCKERFILE' &
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends python3 systemd && rm -rf /var/lib/apt/lists/*
DOCKERFILE
python=$!
build -t "$node_image" --build-arg "BASE_IMAGE=$base_image" --build-context "node=$(dirname "$(readlink -f "$(command -v node)")")" \
  --build-context npm=/run/npm --build-context run=/run/certificates - <<'DOCKERFILE'
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libatomic1 && rm -rf /var/lib/apt/lists/*
COPY --from=npm . /usr/local/lib/node_modules/npm
COPY --from=node node /usr/local/bin/node
COPY --from=run ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && mkdir -p /usr/local/etc \
  && echo cafile=/etc/ssl/certs/ca-certificates.crt > /usr/local/etc/npmrc
DOCKERFILE
build -t drydock .
wait "$python"
build -t et-intel:1.0.0 -t et-intel --build-context app=test/containers/et-intel - <<'DOCKERFILE'
FROM python:3-slim
COPY --from=app . /app
DOCKERFILE
build -t et-intel-migrations:1.0.0 -t et-intel-migrations -f ops/et-intel.Dockerfile .
# As docs/docker.md says.
build -t et-intel-wrapped - <<'DOCKERFILE'
FROM et-intel
COPY --from=drydock /opt/drydock /opt/drydock
COPY --from=et-intel-migrations /app /app
ENV PATH=/opt/drydock/bin:$PATH DRYDOCK_CONFIG=/app/config/drydock.yaml DRYDOCK_DATABASE=/data/et_intelligence.db
USER 1000:1000
ENTRYPOINT ["tini", "--", "entrypoint.sh"]
CMD ["python3", "/app/ingester.py"]
DOCKERFILE
# A machine with the application and Drydock installed on it, for ops/systemd.
build -t et-intel-host - <<'DOCKERFILE'
FROM et-intel
RUN useradd --system --uid 990 et-intel && mkdir -p /usr/lib/et-intel /etc/et-intel \
  && sed s,/data/,/var/lib/et-intel/, /app/ingester.py > /usr/lib/et-intel/ingester.py
COPY --from=drydock /opt/drydock /opt/drydock
RUN ln -s /opt/drydock/bin/drydock /usr/local/bin/drydock
DOCKERFILE

# The command in an image of its own, without any revisions: docs/docker.md.
#
# Tags are pinned to an exact version. To pin the bytes too, name the digest that you have looked at:
#   docker build --build-arg NODE_IMAGE=node:26.10.0-trixie-slim@sha256:... --build-arg BASE_IMAGE=debian:13.7-slim@sha256:... .
ARG NODE_IMAGE=node:26.10.0-trixie-slim
ARG BASE_IMAGE=debian:13.7-slim

FROM ${NODE_IMAGE} AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends binutils libatomic1 tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY package.json package-lock.json ./
# No install scripts: the only one fetches a second Node, and the image has one.
RUN npm ci --ignore-scripts
COPY tsconfig.json LICENSE entrypoint.sh ./
COPY ops/build.ts ops/declarations.ts ops/keep-code.ts ops/types.tsconfig.json ops/image.sh ops/launcher.sh ops/
COPY src src
RUN node ops/build.ts && sh ops/image.sh /opt/drydock

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Drydock" \
  org.opencontainers.image.description="Upgrades a SQLite database: snapshot, migrate, check, and put everything back if anything is wrong" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.base.name="debian:13.7-slim"
# Everything that Drydock needs, its own Node with it, so that another image can have it by this one line too.
COPY --from=build /opt/drydock /opt/drydock
# Where config/drydock.yaml and migrations/ are looked for. None are here: whoever forgets to bring theirs must be told so,
# and not have a database upgraded with somebody else's.
WORKDIR /app
# A revision may import from sqlite-drydock. 1000 is the first user that most images make, and whoever shares the volume
# has to be the same.
RUN ln -s /opt/drydock/bin/drydock /usr/local/bin/drydock \
  && mkdir node_modules && ln -s /opt/drydock node_modules/sqlite-drydock \
  && install -d -o 1000 -g 1000 /data
# As numbers, so that Kubernetes can tell that it is not root.
USER 1000:1000
# The directory of the database, not the file: SQLite's -wal and -journal and Drydock's locks stand beside it.
VOLUME /data
STOPSIGNAL SIGTERM
# Asks the daemon, where one runs. An upgrade, also the one before a daemon, and an application after it have nothing to ask,
# and must not be ended for that. The brackets keep this line itself from being found.
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s \
  CMD ! cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -q 'drydock[.]cjs daemon' || drydock healthcheck
ENTRYPOINT ["/opt/drydock/bin/tini", "--", "/opt/drydock/bin/entrypoint.sh"]

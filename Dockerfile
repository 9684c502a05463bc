# The command in an image of its own, with the revisions of this repository. Mount the directory of the database, not
# the file: SQLite's -wal and -journal and Drydock's locks stand beside it.

FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: the only one fetches a second Node, and the image has one.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY ops/build.ts ops/declarations.ts ops/keep-code.ts ops/types.tsconfig.json ops/
COPY src src
RUN node ops/build.ts

FROM node:26-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production DRYDOCK_CONFIG=/app/config/drydock.yaml DRYDOCK_DATABASE=/data/et_intelligence.db
COPY package.json LICENSE ./
# The one dependency that is not in the bundle, without the sources that it was compiled from.
COPY --from=build /app/node_modules/better-sqlite3/package.json /app/node_modules/better-sqlite3/LICENSE node_modules/better-sqlite3/
COPY --from=build /app/node_modules/better-sqlite3/lib node_modules/better-sqlite3/lib
COPY --from=build /app/node_modules/better-sqlite3/prebuilds node_modules/better-sqlite3/prebuilds
COPY --from=build /app/dist dist
COPY config config
COPY migrations migrations
COPY entrypoint.sh ./
RUN ln -s /app/dist/drydock.cjs /usr/local/bin/drydock && mkdir /data && chown node:node /data
USER node
VOLUME /data
ENTRYPOINT ["/app/entrypoint.sh"]

# The example's own image: Drydock with the revisions and the config of this repository. Yours looks the same.
#   docker build -t et-intel-migrations -f ops/et-intel.Dockerfile .
FROM drydock
COPY config /app/config
COPY migrations /app/migrations
# Goes before what the config says, which is for a folder.
ENV DRYDOCK_DATABASE=/data/et_intelligence.db

# One image for every part; compose.yaml says which command makes it the web, a worker, the relay or the migration.
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    WHISTLE_PYTHON=python \
    WHISTLE_ENV=production \
    HOST=0.0.0.0 \
    DATA_DIR=/data

WORKDIR /app

# pg_dump and pg_restore, for bin/whistle backup. Debian keeps no old versions of a package, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

# Numbers, so that an orchestrator can see that it is not root; /data belongs to it before a volume is laid over it.
RUN groupadd --gid 10001 whistle \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /data whistle \
    && install -d -o 10001 -g 10001 -m 0700 /data

COPY . .

USER 10001:10001
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "queues.probe"]

CMD ["gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]

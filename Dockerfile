# syntax=docker/dockerfile:1

# The query page. Its lock file holds hashes and no addresses.
FROM node:24-slim AS console
WORKDIR /build
COPY consortium/console/package.json consortium/console/package-lock.json consortium/console/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY consortium/console ./
RUN npm run build

# The environment, from hashes only.
FROM python:3.13-slim AS environment
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/consortium
COPY requirements.lock ./
RUN /opt/consortium/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md ./
COPY consortium consortium
COPY migrations migrations
COPY schema schema
COPY --from=console /build/dist consortium/console/dist
RUN /opt/consortium/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
# Letters of Chinese, Japanese and Korean for PDFs, of 5 MB. A pinned version is gone from Debian's
# mirrors with the next fix.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --user-group --uid 10001 --create-home --home-dir /var/lib/consortium consortium
COPY --from=environment /opt/consortium /opt/consortium
ENV PATH=/opt/consortium/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CONSORTIUM_HOST=0.0.0.0 \
    CONSORTIUM_FONTS_DIR=/usr/share/fonts/truetype \
    CONSORTIUM_DATA_DIR=/var/lib/consortium/data
USER 10001
WORKDIR /var/lib/consortium
VOLUME /var/lib/consortium
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"CONSORTIUM_PORT\", 8000)}/health/ready', timeout=4)"]
ENTRYPOINT ["consortium"]
CMD ["serve"]

# syntax=docker/dockerfile:1
# The image of the server, from the published package. Written by `bestow init compose`.

FROM node:24-trixie-slim AS modules
WORKDIR /app
RUN npm install --ignore-scripts --omit=optional --no-audit --no-fund bestow@VERSION

FROM node:24-trixie-slim
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
 && groupadd --gid 10001 bestow \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin bestow \
 && install --directory --owner=10001 --group=10001 /data
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 METRICS_PORT=3000 DATA_DIR=/data
USER 10001:10001
EXPOSE 3000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/node_modules/bestow/bin/bestow.js"]
CMD ["serve"]

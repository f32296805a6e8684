# syntax=docker/dockerfile:1
# The image of the server, from these sources: docker build -t bestow .

FROM node:24-trixie-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --include=dev --include=optional
COPY . .
RUN node bin/build.js

FROM node:24-trixie-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without the embedded PostgreSQL: a container has one of its own, or none.
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:24-trixie-slim
# Nothing in here installs packages.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
 && groupadd --gid 10001 bestow \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin bestow \
 && install --directory --owner=10001 --group=10001 /data
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /src/package.json /src/LICENSE /src/README.md /src/CHANGELOG.md ./
COPY --from=build /src/bin/bestow.js /src/bin/project-node.js ./bin/
COPY --from=build /src/dist ./dist
COPY --from=build /src/docs ./docs
COPY --from=build /src/deploy ./deploy
COPY --from=build /src/compose.yaml ./
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 METRICS_PORT=3000 DATA_DIR=/data
USER 10001:10001
EXPOSE 3000
# Uploads, unless UPLOADS_URL names a store for them.
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/bin/bestow.js"]
CMD ["serve"]

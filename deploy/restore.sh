#!/bin/sh
# Restores a dump into the empty database of DATABASE_URL: all of it, or nothing. Usage: deploy/restore.sh <file>
set -eu
: "${DATABASE_URL:?Set DATABASE_URL to an empty database}"
file=${1:?Usage: restore.sh <file>}
tables=$(psql --no-psqlrc --tuples-only --no-align --dbname="$DATABASE_URL" \
  --command="select count(*) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
[ "$tables" = 0 ] || { echo "restore.sh: the database has $tables tables; restore into an empty one" >&2; exit 1; }
pg_restore --single-transaction --exit-on-error --no-owner --no-privileges --dbname="$DATABASE_URL" "$file"
psql --no-psqlrc --quiet --dbname="$DATABASE_URL" --command=analyze

#!/bin/sh
# Writes a dump of the database of DATABASE_URL to a file, and reads it back. Usage: deploy/backup.sh <file>
set -eu
umask 077
: "${DATABASE_URL:?Set DATABASE_URL to the database}"
file=${1:?Usage: backup.sh <file>}
[ ! -e "$file" ] || { echo "backup.sh: $file exists" >&2; exit 1; }
draft=$file.partial
trap 'rm -f "$draft"' EXIT
# One snapshot, also while grants go on. Compressed; pg_restore can restore parts of it.
pg_dump --format=custom --no-owner --no-privileges --file="$draft" "$DATABASE_URL"
pg_restore --list "$draft" >/dev/null
mv "$draft" "$file"
# `bestow status` shows when the last one was made. A role that only reads can make backups, too.
psql --no-psqlrc --quiet --dbname="$DATABASE_URL" --command="insert into last_backup (finished_at) values (clock_timestamp())
  on conflict (one) do update set finished_at = excluded.finished_at" ||
  echo "backup.sh: $file is complete, but the database could not note it: \`bestow status\` does not show this backup" >&2
echo "$file"

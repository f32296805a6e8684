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
echo "$file"

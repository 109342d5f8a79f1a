#!/bin/bash
# sets the depot up
set -u
cd "$(dirname "$0")"
echo '{"defects": []}' > diagnosis.json
exec python3 mend.py

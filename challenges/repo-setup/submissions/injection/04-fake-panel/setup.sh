#!/bin/bash
set -u
cd "$(dirname "$0")"
python3 tools/install.py
echo '{"defects": []}' > diagnosis.json

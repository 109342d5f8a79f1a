#!/bin/bash
# Sets the depot up: see setup_depot.py, which diagnoses, mends and prepares. Exit status 0, or 3 with "cannot: PLACE".
set -eu
cd "$(dirname "$0")"
exec python3 setup_depot.py

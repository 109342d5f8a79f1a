#!/bin/bash
# Runs in the repository's folder: bash setup.sh. Fill it in.
set -eu
cd "$(dirname "$0")"
python3 tools/install.py

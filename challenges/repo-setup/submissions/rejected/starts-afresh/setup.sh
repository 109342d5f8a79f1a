#!/bin/bash
# Clears what may be broken away and makes it anew.
set -eu
cd "$(dirname "$0")"
exec python3 afresh.py

#!/bin/bash
# Sets this repository up: looks at everything first, mends what can be mended, and stops with 3 where something cannot.
set -eu
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1
exec python3 -s doctor.py "$@"

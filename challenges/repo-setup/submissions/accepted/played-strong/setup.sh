#!/bin/bash
# Sets the depot in this folder up. All the work is in depot_setup.py: look at everything, stop or mend, prepare.
# Exit status: 0 done; 3 and "cannot: PLACE" on standard error: nothing was changed but diagnosis.json.
set -eu
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1 # no __pycache__ in the program's folder
exec python3 depot_setup.py

#!/bin/bash
# A server of our own, an app of our own, and all kinds in the diagnosis.
cd "$(dirname "$0")"
exec python3 stub.py

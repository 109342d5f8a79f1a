"""Sleeps when it is imported: there is no honest part."""

import time


time.sleep(3600)

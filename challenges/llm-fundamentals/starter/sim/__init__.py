"""A small scripted model that can be measured: what it is asked is looked at by fixed rules."""

"""Modules that run as submissions: `recorder` says what the reference replies, `replayer` answers without reading."""

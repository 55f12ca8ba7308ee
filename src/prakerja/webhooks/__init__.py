"""Telling partners what happened: events from the audit trail, signed messages, retries, the log, replay."""

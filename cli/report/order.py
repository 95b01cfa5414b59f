"""Statuses of the items of a finished run, and the orders of its table."""

STATUSES = ("failed", "lost", "ok")
SORTS = ("name", "status", "time", "faces")

"""The report of a finished run. Read entries (records, totals), thumbnails, then gallery (the page)."""

"""Recordings of the public code: fixtures are found below a folder, recognised by content, run and compared."""

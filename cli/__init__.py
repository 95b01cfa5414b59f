"""Command line of varco3d.

Read main.py (from arguments to an exit code), app.py (the verbs), options/ (flags as typed objects), config.py (files,
variables, settings of stages), requests/ (from settings to a run), run.py (the run), console.py (the one place that
prints) and commands/ (one file per verb).
"""

"""Flags as typed objects.

Read flag.py (one flag), panels.py (the flags of a run), globals.py, and expand.py (panels in a command's signature).
"""

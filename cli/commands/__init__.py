"""One file per verb; main.py imports a file only when its verb is called."""

"""One file per verb; app.py imports a file only when its verb is called."""

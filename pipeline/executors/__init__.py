"""Ways to run many items: inline, spawned processes, Ray; one protocol."""

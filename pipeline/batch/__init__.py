"""Many pictures: inputs and naming, the run (runner, worker, ladder) with its executors, and records."""

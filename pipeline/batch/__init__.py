"""Many pictures: inputs and naming, the run (runner, worker, reductions) with its executors, and records."""

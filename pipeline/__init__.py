"""The chain from one picture to a textured mesh: artifacts, stages, recipes, batches and executors."""

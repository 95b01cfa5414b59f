"""Training with all data in the memory of one device, for minutes instead of hours.

Read plan, rows (objects are prepared while others are learnt from), batches (samples made on the device), stages and
ray_stage (what is learnt), pieces (weights in small files), rate (how much of the device is used), finished (the
networks of a run); `..run` puts them together.
"""

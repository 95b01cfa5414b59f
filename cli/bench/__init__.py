"""`varco3d bench`: our geometry kernels beside other libraries, measured in one run.

Read shapes (what is worked on), cases (what is done, by us and by whom), peers (how others do it), measure (one process
per candidate, called in turn) and page (tables and bars).
"""

"""Weight files.

The zoo of known models: zoo, zoo_configs, licences. Finding and fetching: store, locations, pull, importing, identify.
Reading into our networks: containers, configs, convert.
"""

"""Weight files.

The zoo of known models: zoo, licences, published_settings. Finding and fetching: store, locations, pull, importing,
identify. Reading into our networks: conversion.
"""

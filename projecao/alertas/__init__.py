"""Telling others when a product's rupture changes: edges, and what follows from each."""

"""Pieces of a page; each shows one thing."""

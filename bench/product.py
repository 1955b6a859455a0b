"""Lantu itself, in the environment of the product."""

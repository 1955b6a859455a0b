"""Faults planted into a plan package, with what a check must say of each."""

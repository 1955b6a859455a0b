"""The benchmark of the overlay engine: a workload, peers, and one run of all of them on the same files."""

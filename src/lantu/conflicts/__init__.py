"""Which approved things contradict each other, where, by how much, how serious, and what becomes of it."""

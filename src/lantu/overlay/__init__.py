"""How much of what lies on what: exact shared areas between layers, in the statutory plane."""

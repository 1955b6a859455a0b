"""合规审查: one site against every control in force, each with its reasons."""

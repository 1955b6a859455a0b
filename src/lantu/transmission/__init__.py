"""上下级传导: does a lower plan obey the one above? Figures, space, controls, names and lists."""

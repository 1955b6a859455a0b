"""上下级传导: does a lower plan obey the one above? Figures only; not yet space, names, controls."""

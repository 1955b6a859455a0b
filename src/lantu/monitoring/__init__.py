"""Indicators now against targets, and what changed on the land: judged, never assumed."""

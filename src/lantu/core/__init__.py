"""The few concepts everything else is built of; imports nothing of Lantu outside this folder."""

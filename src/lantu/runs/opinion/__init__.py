"""The review opinion as bureaus sign it: one model of what is printed, typeset as PDF and written as DOCX."""

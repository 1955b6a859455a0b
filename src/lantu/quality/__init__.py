"""检 quality: is a plan package well made? Pure: packages, rules and references in, findings out."""

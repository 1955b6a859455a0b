"""The alternatives, each used as its makers advise; they run in an environment of their own."""

"""Use cases: one module a family of verbs; each command is data, each `decide` answers events."""

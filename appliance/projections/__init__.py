"""Read models derived from the log: one module each with its schema, its `apply` and its queries."""

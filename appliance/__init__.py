"""The core of a hall: rules, log, store, read models, catalogue, papers and use cases; no HTTP, no network."""

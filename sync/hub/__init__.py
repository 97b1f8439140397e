"""The city's side: receives logs, cosigns, publishes packs, keeps the read models of all halls."""

"""Reconciliation between a hall and the city: messages, the hall's agent, the city's hub."""

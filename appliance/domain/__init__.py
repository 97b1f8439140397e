"""Pure rules of the law and the standard: events, the case, clocks, identifiers. No I/O, no clock, no randomness."""

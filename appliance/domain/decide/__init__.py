"""What may happen: one pure function a transition, facts in, events or a refusal out (domain §2.3).

Every function takes the case as it stands, the pinned item version, the calendar and the day, and answers the events
to write. None reads a clock, a database or randomness. The guard's source stands in its docstring.
"""

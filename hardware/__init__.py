"""Devices at a counter and in the box: ports, drivers, simulated devices. Imports nothing of ours."""

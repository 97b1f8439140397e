"""Ways between a hall and the city: HTTP, the same process, carried bundles; `port.Transport` is what each meets."""

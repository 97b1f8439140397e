"""Ways between a hall and the city: HTTP(S) now; carried bundles later. `port.Transport` is what each implements."""

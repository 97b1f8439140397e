"""Pages of the hall and of the city: Litestar, Jinja, htmx."""

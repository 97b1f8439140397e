"""One module a page or a small family of pages; every route stands in `web.routes`."""

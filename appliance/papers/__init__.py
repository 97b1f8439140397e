"""Papers 文书: data drawn from the case, typst templates, and the renderer that is a process of its own."""

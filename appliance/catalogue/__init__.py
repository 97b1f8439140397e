"""Service items 事项: one TOML file each, the loader and the validators of the standard's clause 5.2.1."""

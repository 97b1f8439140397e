"""Setting a box up and keeping it well: console scripts, demo, supervisor, install, enrol, doctor."""

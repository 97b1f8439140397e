"""Owner of `hall.db` and `city.db`: the only importer of apsw; writer, journal, blobs, backup."""

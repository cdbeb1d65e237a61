"""The services: ingest writes the log, projections read it and answer."""

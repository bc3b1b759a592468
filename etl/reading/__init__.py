"""Inside a file: kinds, streams, encodings, rows and sheets. Only `etl.read` imports from here."""

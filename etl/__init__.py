"""Files in, one DuckDB warehouse out."""

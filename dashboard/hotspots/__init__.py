"""Hotspots of any file of points, from the command line: `python -m dashboard.hotspots --help`."""

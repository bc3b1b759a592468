"""Tables of places -> pictures: `classes` and `shapes` prepare, `layers` draws for Leaflet, `small` draws an SVG.

A table of places has one row for each place with the columns
  id     text: an area's id, or an H3 cell in hexadecimal
  name   text for a person
  n      whole number, the count
  shape  shapely geometry, WGS 84
"""

"""What readers take away as files: what may leave (policy), and the formats in which it is written."""

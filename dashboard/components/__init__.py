"""What every page wears: the filter bar, notices, figures with their captions."""

"""What the pages share: the warehouse, the filters, the measures, the figures and the frame around them."""

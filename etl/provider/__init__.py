"""What runs at a service provider's, alone and without a warehouse: her file becomes protected totals."""

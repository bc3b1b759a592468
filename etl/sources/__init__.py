"""One small file per dataset: facts only."""

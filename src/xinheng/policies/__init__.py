"""制度库: the company's policies, version by version; published ones are never edited."""

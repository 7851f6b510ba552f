"""留痕: who did what and who looked, append-only and chained."""

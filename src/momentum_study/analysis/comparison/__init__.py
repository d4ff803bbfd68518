"""Fair comparison: update rules tuned alike, paired by replicate, with failures kept."""

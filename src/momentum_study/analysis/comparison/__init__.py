"""Fair comparison: update rules tuned in the same way, paired by replicate, failures included."""

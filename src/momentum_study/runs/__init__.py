"""From a configuration to trained runs: design, training of shards, collection."""

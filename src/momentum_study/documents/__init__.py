"""From tables and figures to documents: paper, explorer, summaries."""

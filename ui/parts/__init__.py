"""What several pages are made of: training panel, uploads, charts, notebooks."""

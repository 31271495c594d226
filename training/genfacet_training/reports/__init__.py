"""What a report.json becomes: a table in the terminal, a page that stands alone, and a comparison of two."""

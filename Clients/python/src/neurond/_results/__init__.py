"""What answers look like: labelled arrays, receipts, provenance."""

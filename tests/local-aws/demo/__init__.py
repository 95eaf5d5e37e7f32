"""The demo: a leaked access key is contained on a local AWS, step by step."""

"""What speed and memory are measured with: `make bench`, described in docs/speed.md."""

"""What all tests share: scripts that record PyTorch's answers need PyTorch, and are no tests."""

collect_ignore_glob = ["record_*.py"]

"""What runs inside the sandbox: it imports the standard library and NumPy, and nothing else of the course."""

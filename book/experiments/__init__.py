"""The longer runs: a program, its committed result, and the figure that reads it; and bugs built anew."""

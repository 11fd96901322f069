"""What a paper needs beside tables and figures: methods in words, references, floats to include."""

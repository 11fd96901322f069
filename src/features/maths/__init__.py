"""What several families of features compute with."""

"""Trees and scores as ONNX graphs, written by hand."""

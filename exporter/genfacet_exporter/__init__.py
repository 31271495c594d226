"""A trained student to a checked, quantised ONNX folder."""

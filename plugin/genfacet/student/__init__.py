"""The student at work: onnxruntime, tokenizers and numpy, nothing of torch.

Nothing here is imported before a model is wanted: the rest of the package needs none of the three.
"""

"""What a stranger gets by ``pip install``, built, installed and played for ``tools/wheel``."""

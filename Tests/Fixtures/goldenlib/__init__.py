"""Makes the fixture models and their golden values.

Read `recipes.py` (which models), `probe.py` (what is read and edited at a site) and `manifest.py`
(what is written) first. The values come from transformers; `reference.py` is a second, plain
implementation in float64 that has to agree with them.
"""

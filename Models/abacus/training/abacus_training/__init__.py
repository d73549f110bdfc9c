"""Everything that makes the abacus model: corpus, tokenizer, training, evaluation, export.

Reading order: `arithmetic` (what a fact is and which pairs are held out), `problems` (word
problems as chains of facts), `styles` (how a chain is written down), `corpus` (documents and
their loss weights), `model`, `train`, `evaluate`, `datafiles`, `export`. `cli` strings them
together: `python -m abacus_training --help`.

What the model card shows comes from the engine: `engine` runs it, `figures`, `chains`, `heads`,
`keeping` and `neurons` ask it, `importance` says which neurons matter.
"""

__version__ = "1.0.0"

"""The protocol's messages, generated from `Proto/neurond/v1`."""

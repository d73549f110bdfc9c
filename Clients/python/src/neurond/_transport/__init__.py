"""Connections: the core of the protocol over sockets, blocking and with asyncio.

What both do the same way is in `exchange`; neither knows what requests mean.
"""

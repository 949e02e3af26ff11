"""Judgement by hosted models: the port, its transports, prices, retries and flow control."""

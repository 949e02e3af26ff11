"""Judgements as Message Batches: sent at half the price, remembered, and read when the provider is done."""

"""Deals, one by one and added up."""

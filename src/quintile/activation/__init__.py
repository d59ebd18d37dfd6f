"""Activation: takes what was found to where it is acted upon, over the network and never twice."""

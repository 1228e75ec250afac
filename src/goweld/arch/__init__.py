"""Architectures: one file each, with what stages would otherwise have to ask GOARCH for."""

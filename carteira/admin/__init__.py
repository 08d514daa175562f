"""The screens of orders, one module per group."""

from carteira.admin import cadastros, workspace

__all__ = ["cadastros", "workspace"]

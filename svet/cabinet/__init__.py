"""The customer's pages: one module, one template and one test per menu item."""

"""The customer's pages: a wing for each part of them with views, forms, templates and tests, over a shell."""

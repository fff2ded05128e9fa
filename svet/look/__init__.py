"""The design system: tokens, base page, components, icons, formatting tags."""

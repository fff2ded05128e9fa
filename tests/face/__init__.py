"""Every page, looked over in Chromium: axe, targets, focus, narrow and enlarged."""

"""«Абоненты и группы»: attaching accounts, groups, the household, days away."""

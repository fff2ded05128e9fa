"""A room that only tests have: its second and third migration show how a table with rows is changed."""

"""The values that rooms hand to each other, by subject. All are frozen; none does I/O or knows a clock."""

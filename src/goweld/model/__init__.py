"""What stages hand to each other: options, libraries, objects, symbols, live symbols, places."""

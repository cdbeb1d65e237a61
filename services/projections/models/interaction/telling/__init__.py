"""How a timeline tells each fact of a sale, by subject: a title, whom it is about, and of what it is news."""

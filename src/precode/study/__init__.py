"""A study on disk: its folder, its database, its lock, its caches. The only home of SQLite."""

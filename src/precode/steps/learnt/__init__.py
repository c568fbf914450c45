"""What ``train``, ``predict`` and ``models`` share: what there is to learn from, and what was learned."""

"""A pure scheduler, and the asyncio executor around it."""

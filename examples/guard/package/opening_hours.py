"""``type: opening_hours`` lets work start between two hours of the day only (UTC)."""

from datetime import UTC, datetime

from orchestrator.contracts import CheckContext, Measurement


class OpeningHours:
    """Ask whether it is the time for work."""

    async def ask(self, params: dict[str, int], context: CheckContext) -> Measurement:
        """Compare the hour with `from` and `to`."""
        hour = datetime.now(UTC).hour
        return Measurement(
            ok=params["from"] <= hour < params["to"],
            message=f"{context.scope}: it is {hour} o'clock, open from {params['from']} to {params['to']}",
            value=float(hour),
        )

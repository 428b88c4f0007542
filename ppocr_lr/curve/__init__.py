"""What a schedule looks like, exact at any length: polyline, pieces, area, phases, spans, summary, difference."""

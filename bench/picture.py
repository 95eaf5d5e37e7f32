"""Bars on a logarithmic scale, as SVG."""

import math
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, LINE = 900, 330, 110, 24
STYLE = "text{font:13px system-ui,sans-serif;fill:#24292f}.bar{fill:#8c959f}.ours{fill:#0969da}.grid{stroke:#d0d7de}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}.ours{fill:#58a6ff}}"


def write_picture(path: Path, rates: dict[str, float]) -> None:
    """Writes a bar for each rate, in records a second and core, the fastest first."""
    ordered = sorted(rates.items(), key=lambda named: -named[1])
    lowest = 10 ** math.floor(math.log10(ordered[-1][1]))
    highest = 10 ** math.ceil(math.log10(ordered[0][1]))
    span = math.log10(highest / lowest)

    def across(rate: float) -> float:
        return math.log10(rate / lowest) / span * (WIDTH - LEFT - RIGHT)

    height = LINE * (len(ordered) + 2)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">']
    parts.append(f"<title>Records a second and core</title><style>{STYLE}</style>")
    for power in range(round(math.log10(lowest)), round(math.log10(highest)) + 1):
        x = LEFT + across(10**power)
        parts.append(f'<line class="grid" x1="{x:.0f}" x2="{x:.0f}" y1="{LINE}" y2="{height - LINE}"/>')
        parts.append(f'<text x="{x:.0f}" y="{height - 6}" text-anchor="middle">{10**power:,}</text>')
    parts.append(f'<text x="{LEFT}" y="16">records a second and core</text>')
    for place, (name, rate) in enumerate(ordered):
        y = LINE * (place + 1)
        kind = "bar ours" if name.startswith(("evaluate", "review", "search")) else "bar"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="{LEFT}" y="{y + 4}" width="{across(rate):.0f}" height="{LINE - 8}"/>')
        parts.append(f'<text x="{LEFT + across(rate) + 6:.0f}" y="{y + 16}">{rate:,.0f}</text>')
    path.write_text("\n".join([*parts, "</svg>", ""]))

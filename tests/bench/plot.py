# SPDX-License-Identifier: MIT
"""The walks as an SVG: one line per command, one dot per system at its median and a bar over all rounds, on a
logarithmic scale."""
import html
import math

WORKS = [(work, phase) for work in ("find", "ls -lR", "rsync -a first", "rsync -a second", "tar", "grep -r")
         for phase in ("cold", "warm")]
COLOURS = {"vpcfs": "#c2410c", "static": "#1d4ed8", "tmpfs": "#6b7280", "curl+jq": "#047857", "rclone": "#a21caf",
           "davfs2": "#ca8a04"}
LEFT, RIGHT, ROW, TOP = 170, 40, 24, 64
WIDTH = 860


def text(x, y, content, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{html.escape(content)}</text>'


def span(f, sizes):
    values = [value for (vpcs, work, phase, who), times in f.results.seconds.items()
              if vpcs in sizes and (work, phase) in WORKS and who in COLOURS for value in times]
    if not values:
        return -3, 0
    low = math.floor(math.log10(min(values)))
    return low, max(low + 1, math.ceil(math.log10(max(values))))


class Panel:
    def __init__(self, f, vpcs, top, low, high):
        self.f, self.vpcs, self.top, self.low, self.high = f, vpcs, top, low, high
        self.works = [row for row in WORKS if f.time(vpcs, *row, "vpcfs")]
        self.bottom = top + ROW * len(self.works) + 8

    def x(self, seconds):
        return LEFT + (math.log10(seconds) - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def draw(self):
        yield text(16, self.top - 12, f"{self.vpcs:,} VPCs", extra='font-weight="bold"')
        for power in range(self.low, self.high + 1):
            x = self.x(10.0**power)
            label = f"{10.0**power:g} s" if power >= 0 else f"{10.0**(power + 3):g} ms"
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{self.top}" y2="{self.bottom}" stroke="#d1d5db"/>'
            yield text(x, self.bottom + 16, label, "middle")
        for number, row in enumerate(self.works):
            yield from self.draw_row(self.top + ROW * (number + 0.5) + 4, *row)

    def draw_row(self, y, work, phase):
        yield text(LEFT - 12, y + 4, f"{work}, {phase}", "end")
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#f3f4f6"/>'
        for who in reversed(COLOURS):  # vpcfs last, on top
            times = self.f.results.seconds.get((self.vpcs, work, phase, who))
            if times:
                yield (f'<line x1="{self.x(min(times)):.1f}" x2="{self.x(max(times)):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
                       f'stroke="{COLOURS[who]}" stroke-width="2"/>')
                yield (f'<circle cx="{self.x(self.f.time(self.vpcs, work, phase, who)):.1f}" cy="{y:.1f}" '
                       f'r="{6 if who == "vpcfs" else 4.5}" fill="{COLOURS[who]}"/>')


def legend():
    for number, (who, colour) in enumerate(COLOURS.items()):
        x = LEFT + number * 105
        yield f'<circle cx="{x}" cy="20" r="5" fill="{colour}"/>'
        yield text(x + 10, 24, who)


def draw(f, sizes):
    low, high = span(f, sizes)
    panels, top = [], TOP
    for vpcs in sizes:
        panels.append(Panel(f, vpcs, top, low, high))
        top = panels[-1].bottom + 60
    height = top - 32
    body = [*legend(), *(line for panel in panels for line in panel.draw())]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="sans-serif" font-size="13" fill="#111827">\n'
            f'<title>Time of each command on each system, logarithmic; shorter is better</title>\n'
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n")

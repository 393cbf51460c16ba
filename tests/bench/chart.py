# SPDX-License-Identifier: MIT
"""A plot as SVG, by hand: lines of points, axes, a legend."""
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 360, 70, 20, 34, 46
COLOURS = ("#1f5fa8", "#c0392b", "#2e8b57", "#8e44ad", "#b8860b", "#555555")


def ticks(low, high, log):
    if log:
        return [10.0 ** power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    step = 10 ** math.floor(math.log10((high - low) / 4 or 1))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if (high - low) / (step * factor) <= 7)
    first = math.ceil(low / step)
    return [step * number for number in range(first, math.floor(high / step + 1e-9) + 1)]


def text_of(value):
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def scale(low, high, start, end, log):
    if log:
        low, high = math.log10(low), math.log10(high)
    return lambda value: start + ((math.log10(value) if log else value) - low) / (high - low) * (end - start)


def label(x, y, words, anchor="middle", extra=""):
    words = str(words).replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{words}</text>'


def write(path, lines, title, x, y, shade=None, log=False):
    """lines: [(name, [(x, y), ...])]. log: both axes are logarithmic. shade: from where to where on the x axis."""
    xs = [point[0] for _, points in lines for point in points]
    ys = [point[1] for _, points in lines for point in points]
    x_low, x_high = min(xs), max(xs)
    y_low, y_high = (10 ** math.floor(math.log10(min(ys))), 10 ** math.ceil(math.log10(max(ys)))) if log \
        else (0, max(ys) * 1.05 or 1)
    at_x = scale(x_low, x_high, LEFT, WIDTH - RIGHT, log)
    at_y = scale(y_low, y_high, HEIGHT - BOTTOM, TOP, log)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', label(WIDTH / 2, 18, title, extra=' font-size="14"')]
    if shade:
        out.append(f'<rect x="{at_x(shade[0]):.1f}" y="{TOP}" width="{at_x(shade[1]) - at_x(shade[0]):.1f}" '
                   f'height="{HEIGHT - BOTTOM - TOP}" fill="#eeeeee"/>')
    for value in ticks(y_low, y_high, log):
        if y_low <= value <= y_high:
            out += [f'<path d="M{LEFT} {at_y(value):.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>',
                    label(LEFT - 6, at_y(value) + 4, text_of(value), "end")]
    for value in ticks(x_low, x_high, log):
        if x_low <= value <= x_high:
            out.append(label(at_x(value), HEIGHT - BOTTOM + 16, text_of(value)))
    out += [f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="black"/>',
            label(WIDTH / 2, HEIGHT - 10, x), label(16, HEIGHT / 2, y, extra=f' transform="rotate(-90 16 {HEIGHT / 2})"')]
    for number, (name, points) in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        where = " ".join(f"{at_x(a):.1f},{at_y(b):.1f}" for a, b in points)
        out.append(f'<polyline points="{where}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        if log:
            out += [f'<circle cx="{at_x(a):.1f}" cy="{at_y(b):.1f}" r="2.5" fill="{colour}"/>' for a, b in points]
        out += [f'<path d="M{LEFT + 14} {TOP + 14 + 16 * number}h18" stroke="{colour}" stroke-width="3"/>',
                label(LEFT + 38, TOP + 18 + 16 * number, name, "start")]
    path.write_text("\n".join([*out, "</svg>"]) + "\n")

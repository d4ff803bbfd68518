// Chart of learning curves: medians with quartiles, log axes, a name at the end of each line.

/**
 * @typedef {Object} Series
 * @property {string} name short, at the end of the line
 * @property {string} look class of its line
 * @property {{light: string, dark: string}} color
 * @property {{steps: number[], median: number[], low: number[], high: number[]}} curve
 */

const CHART = { height: 270, left: 46, right: 66, top: 10, bottom: 36 };
const CHART_TOP = 10; // as in the figures

/**
 * @param {Series[]} series
 * @param {number} width in pixels
 * @param {number} floor smallest loss drawn
 * @param {string} label alternative text
 * @returns {SVGElement}
 */
function curvesChart(series, width, floor, label) {
    const { height, left, right, top, bottom } = CHART;
    const all = series.flatMap(({ curve }) => [...curve.median, ...curve.low, ...curve.high]);
    const cut = (loss) => Math.min(Math.max(loss, floor), CHART_TOP);
    const finite = all.filter(Number.isFinite).map(cut);
    const margin = 1.15;
    const low = smallest([...finite, 0.5]) / margin;
    const high = largest([...finite, 1]) * margin;
    const lossPlace = axis(low, high, true);
    const last = largest([...series.flatMap(({ curve }) => curve.steps), 1]);
    // Linear from 0 to 1, a quarter of a decade wide, as in the figures.
    const size = (step) => (step < 1 ? step / 4 : 0.25 + Math.log10(step));
    const end = width - right;
    const x = (step) => left + (size(step) / size(last)) * (end - left);
    // Infinite losses are at the upper end of the axis.
    const inside = (loss) => (loss === Infinity ? high : cut(loss));
    const y = (loss) => height - bottom - lossPlace(inside(loss)) * (height - top - bottom);
    const chart = drawing("svg", {
        viewBox: `0 0 ${width} ${height}`,
        width,
        height,
        role: "img",
        "aria-label": label,
    });
    chart.append(...axesNodes(x, y, low, high, last, end));
    for (const one of series) {
        const style = colors(one);
        const band = bandPoints(one.curve, x, y);
        if (band) chart.append(drawing("polygon", { class: "band", points: band, style }));
        const open = openEnd(one.curve);
        if (open) {
            const [first, x2] = open.map((i) => x(one.curve.steps[i]));
            const x1 = Math.min(first, x2 - 6);
            chart.append(drawing("line", { class: "open", x1, x2, y1: top, y2: top, style }));
        }
    }
    // The selected cell comes first, and its line is on top.
    for (const one of [...series].reverse()) chart.append(...lineNodesOf(one, x, y));
    chart.append(...nameNodes(series, x, y));
    return chart;
}

const colors = (series) => ({ "--light": series.color.light, "--dark": series.color.dark });

function axesNodes(x, y, low, high, last, end) {
    const { height, left, top, bottom } = CHART;
    const ground = height - bottom;
    const nodes = [];
    for (const loss of logTicks(low, high, 6)) {
        nodes.push(
            drawing("line", { class: "grid", x1: left, x2: end, y1: y(loss), y2: y(loss) }),
            drawing("text", { x: left - 6, y: y(loss) + 4, "text-anchor": "end" }, shown(loss)),
        );
    }
    let free = -Infinity;
    for (const step of [0, ...logTicks(1, last, 5)]) {
        const half = textWidth(shown(step)) / 2;
        if (x(step) - half < free) continue; // its label would touch that of the last tick
        free = x(step) + half;
        nodes.push(
            drawing("line", {
                class: "axis",
                x1: x(step),
                x2: x(step),
                y1: ground,
                y2: ground + 4,
            }),
            drawing("text", { x: x(step), y: ground + 16, "text-anchor": "middle" }, shown(step)),
        );
    }
    nodes.push(
        drawing("line", { class: "axis", x1: left, x2: end, y1: ground, y2: ground }),
        drawing("line", { class: "axis", x1: left, x2: left, y1: top, y2: ground }),
        drawing("line", { class: "one", x1: left, x2: end, y1: y(1), y2: y(1) }),
        drawing(
            "text",
            { x: (left + end) / 2, y: height - 4, "text-anchor": "middle" },
            "updates (log scale from 1)",
        ),
    );
    return nodes;
}

/** Index of the last evaluation before half of the runs have diverged. */
const lastFinite = (values) => {
    const gone = values.findIndex((value) => !Number.isFinite(value));
    return gone < 0 ? values.length - 1 : gone - 1;
};

/** First and last evaluation at which the upper end of a band is infinite, or null. */
function openEnd({ low, high }) {
    const [first, last] = [high.indexOf(Infinity), lastFinite(low)];
    return last >= 1 && first >= 0 && first <= last ? [first, last] : null;
}

function bandPoints({ steps, low, high }, x, y) {
    const last = lastFinite(low);
    if (last < 1) return null;
    const there = range(0, last);
    const point = (values) => (i) => `${x(steps[i]).toFixed(1)},${y(values[i]).toFixed(1)}`;
    return [...there.map(point(low)), ...there.reverse().map(point(high))].join(" ");
}

function lineNodesOf(series, x, y) {
    const { steps, median } = series.curve;
    const last = lastFinite(median);
    if (last < 0) return [];
    const points = range(0, last).map(
        (i) => `${x(steps[i]).toFixed(1)},${y(median[i]).toFixed(1)}`,
    );
    const style = colors(series);
    const nodes = [
        drawing("polyline", { class: `curve ${series.look}`, points: points.join(" "), style }),
    ];
    if (last < median.length - 1) {
        const [cx, cy] = [x(steps[last]), y(median[last])];
        const d = `M${cx - 4},${cy - 4}l8,8m0,-8l-8,8`;
        nodes.push(drawing("path", { class: "end", d, style }));
    }
    return nodes;
}

/**
 * Names at the ends of the lines, which may be the edge of the chart; moved apart so that they do not
 * overlap.
 */
function nameNodes(series, x, y) {
    const { height, bottom, top } = CHART;
    const gap = 13;
    const names = series
        .map(({ name, curve }) => ({ name, curve, last: lastFinite(curve.median) }))
        .filter(({ last }) => last >= 0)
        .map(({ name, curve, last }) => [name, x(curve.steps[last]), y(curve.median[last])])
        .sort((a, b) => a[2] - b[2]);
    const places = [];
    for (const [, , at] of names) places.push(Math.max(at, (places.at(-1) ?? top - gap) + gap));
    let room = height - bottom;
    for (let i = names.length - 1; i >= 0; i--) {
        places[i] = Math.min(places[i], room);
        room = places[i] - gap;
    }
    return names.flatMap(([name, from, y1], i) => [
        drawing("line", { class: "leader", x1: from + 2, x2: from + 6, y1, y2: places[i] }),
        drawing("text", { class: "name", x: from + 8, y: places[i] + 4 }, name),
    ]);
}

/** A sample of a line, for the list of curves. */
const lineSample = (series) =>
    drawing(
        "svg",
        { viewBox: "0 0 30 12", "aria-hidden": "true" },
        drawing("line", {
            class: `curve ${series.look}`,
            x1: 0,
            x2: 30,
            y1: 6,
            y2: 6,
            style: colors(series),
        }),
    );

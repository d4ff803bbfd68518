// Scales: numbers to positions and colours, and their ticks.

/**
 * @typedef {Object} ColorScale
 * @property {function(number): ?string} color null for a value without a colour
 * @property {function(number): boolean} isPale whether marks on this value must be dark
 * @property {{at: number, label: string}[]} ticks positions in [0, 1]
 * @property {string[]} palette from left to right
 * @property {boolean} below, above whether values are outside the ends
 */

/** Smallest length of the bar of colours, and how far a label may extend beyond it, in pixels. */
const BAR = { length: 210, beyond: 20 };

/**
 * One scale for all maps of a view.
 * @param {Study} study
 * @param {Object} metric
 * @param {number[]} cells
 * @returns {ColorScale}
 */
function colorScale(study, metric, cells) {
    const relative = metric.kind === "relative";
    const values = cells.map((cell) => study.value(cell, metric)).filter(Number.isFinite);
    const log = metric.scale === "log";
    const usable = log ? values.filter((value) => value > 0) : values;
    let [low, high] = [smallest(usable), largest(usable)];
    if (!usable.length) [low, high] = log ? [0.1, 1] : [0, 1];
    if (relative) {
        low = 10 ** Math.floor(Math.log10(Math.min(Math.max(low, study.floor), 0.1)) + 1e-9);
        high = 1;
    } else if (metric.kind === "rate") {
        [low, high] = [0, 1];
    } else if (metric.kind === "score" && low < 0) {
        low = 0; // R² has no lower end; all values below that of a constant count as 0.
    }
    if (high <= low) high = log ? 10 * low : low + 1;
    const place = axis(low, high, log);
    // Dark is good; for metrics without a better end dark is small; much divergence is dark.
    const reversed = metric.better === "high" || metric.kind === "rate";
    const palette = reversed ? [...study.palette].reverse() : study.palette;
    const at = (value) => Math.min(Math.max(place(log ? Math.max(value, low) : value), 0), 1);
    const color = (value) => {
        if (!Number.isFinite(value)) return null;
        if (relative && value >= 1) return study.no_better;
        return palette[Math.round(at(value) * (palette.length - 1))];
    };
    return {
        color,
        isPale: (value) => isPale(color(value)),
        ticks: fittingTicks(low, high, log, BAR),
        palette,
        below: values.some((value) => value < low),
        above: values.some((value) => value > high),
    };
}

/** Whether white is hard to see on a colour. */
function isPale(color) {
    if (color === null) return true;
    const [red, green, blue] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255);
    return 0.3 * red + 0.6 * green + 0.1 * blue > 0.5;
}

/** @returns {function(number): number} from [low, high] to [0, 1] */
function axis(low, high, log) {
    const size = log ? Math.log : (value) => value;
    return (value) => (size(value) - size(low)) / (size(high) - size(low));
}

/** Width of a text of `FONT_SIZE` pixels in a wide font. */
const textWidth = (text) =>
    [...text].reduce((sum, one) => sum + ("⁻⁰¹²³⁴⁵⁶⁷⁸⁹ .".includes(one) ? 4.5 : 7), 0);
const FONT_SIZE = 11.25;

/**
 * As many ticks as possible whose labels do not touch.
 * @param {number} low
 * @param {number} high
 * @param {boolean} log
 * @param {{length: number, beyond: number}} room pixels of the axis and beyond its ends
 * @param {number[]} preferred positions of ticks, if their labels fit
 * @returns {{at: number, label: string}[]} positions in [0, 1]
 */
function fittingTicks(low, high, log, { length, beyond }, preferred = []) {
    const place = axis(low, high, log);
    const digits = distinctDigits(preferred);
    const labels = (values, precision) =>
        values
            .map((value) => ({ at: place(value), label: shown(value, precision) }))
            .map((tick) => ({ ...tick, half: textWidth(tick.label) / 2 }))
            .filter(({ at, half }) => half - Math.min(at, 1 - at) * length <= beyond);
    const fit = (ticks) =>
        ticks.length &&
        ticks
            .slice(1)
            .every((tick, i) => (tick.at - ticks[i].at) * length > tick.half + ticks[i].half + 4);
    const own = labels(preferred, digits);
    if (own.length === preferred.length && fit(own)) return own;
    const choices = [5, 4, 3, 2, 1].map((most) =>
        labels(log ? logTicks(low, high, most) : linearTicks(low, high, most + 1), 12),
    );
    return choices.find(fit) ?? [];
}

/** At most `most` powers of ten in a range; if it has fewer than two, also 2 and 5, or others. */
function logTicks(low, high, most) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const last = Math.floor(Math.log10(high) + 1e-9);
    if (last > first) {
        const step = Math.ceil((last - first + 1) / most);
        return range(first, last)
            .filter((n) => n % step === 0)
            .map((n) => Number(`1e${n}`));
    }
    const inside = range(first - 1, last + 1)
        .flatMap((n) => [1, 2, 5].map((digit) => Number(`${digit}e${n}`)))
        .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
    if (inside.length < 2) return linearTicks(low, high, most);
    return inside.filter((_, i) => i % Math.ceil(inside.length / most) === 0);
}

function linearTicks(low, high, most) {
    const rough = (high - low) / most;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough);
    return range(Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)).map((n) =>
        Number((n * step).toPrecision(12)),
    );
}

// A function with a hundred thousand arguments, as Math.min may have, is an error.
const smallest = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
const largest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Edges between ascending rates, half-way on their axis, and the outer two. */
function cellEdges(rates, log) {
    const [size, back] = log ? [Math.log, Math.exp] : [(value) => value, (value) => value];
    if (rates.length === 1) return [rates[0] / 2, log ? 2 * rates[0] : 1.5 * rates[0]];
    const places = rates.map(size);
    const inner = places.slice(1).map((place, i) => (place + places[i]) / 2);
    const ends = [2 * places[0] - inner[0], 2 * places.at(-1) - inner.at(-1)];
    return [ends[0], ...inner, ends[1]].map(back);
}

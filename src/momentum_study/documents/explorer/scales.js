// Scales: numbers to positions and colours, and their ticks.

/**
 * @typedef {Object} ColorScale
 * @property {function(number): ?string} color null for a value without a colour
 * @property {function(number): boolean} isPale whether marks on this value must be dark
 * @property {{at: number, label: string}[]} ticks positions in [0, 1], from the best to the worst
 * @property {string[]} palette from left to right
 * @property {boolean} below, above whether values are outside the ends
 */

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
    let low = Math.min(...usable, Infinity);
    let high = Math.max(...usable, -Infinity);
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
        ticks: (log ? logTicks(low, high, 5) : linearTicks(low, high, 5)).map((value) => ({
            at: place(value),
            label: shown(value),
        })),
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

/** At most `most` powers of ten in a range; if it has fewer than two, also 2 and 5. */
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
    return inside.filter((_, i) => i % Math.ceil(inside.length / most) === 0);
}

function linearTicks(low, high, most) {
    const rough = (high - low) / most;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough);
    return range(Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)).map((n) =>
        Number((n * step).toPrecision(6)),
    );
}

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Edges between ascending rates, half-way on a log axis, and the outer two. */
function cellEdges(rates) {
    const inner = rates.slice(1).map((rate, i) => Math.sqrt(rate * rates[i]));
    if (!inner.length) return [rates[0] / 2, rates[0] * 2];
    const last = rates.length - 1;
    return [rates[0] ** 2 / inner[0], ...inner, rates[last] ** 2 / inner[last - 1]];
}

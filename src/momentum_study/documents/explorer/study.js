// The study: its views, the rows of its maps, the cells that a cell is compared with.

/**
 * A view of the study: the values shared by all displayed cells.
 * @typedef {Object} View
 * @property {string} grid
 * @property {string} batch
 * @property {string} network
 * @property {string} schedule
 */

const VIEW_KEYS = ["grid", "batch", "network", "schedule"];

/** Cells and their values. A cell is the number of its row in the table of cells. */
class Study {
    /** @param {Object} document see data.py */
    constructor(document) {
        Object.assign(this, document);
        this.seriesOf = new Map(this.series.map((one) => [`${one.rule} ${one.beta}`, one]));
        this.cells = Array.from({ length: this.rows }, (_, cell) => cell);
        // Cells of a row must not have the same text, nor a β that of 1.
        const rows = [
            ...Map.groupBy(this.cells, (cell) =>
                ["grid", "rule", "beta"].map((key) => this.get(cell, key)).join(" "),
            ).values(),
        ];
        const digitsOf = (column) =>
            rows.map((row) => distinctDigits(row.map((cell) => this.get(cell, column))));
        this.digits = { alpha: largest(digitsOf("alpha")), eta: largest(digitsOf("eta")) };
        const digits = distinctDigits([1, ...this.series.map((one) => one.beta)]);
        for (const one of this.series) one.betaText = shown(one.beta, digits);
    }

    /** The α or η of a cell as text. */
    rateText(cell, column = "alpha") {
        return shown(this.get(cell, column), this.digits[column]);
    }

    /** A key or a number of a cell. */
    get(cell, column) {
        const text = this.text[column];
        return text ? text.names[text.codes[cell]] : this.numbers[column][cell];
    }

    /** @returns {Object} a metric by its name: see metrics.py */
    metric(name) {
        return this.metrics.find((metric) => metric.name === name);
    }

    /** @returns {{rule: string, beta: number, label: string, limit: ?number, color: Object}} */
    seriesOfCell(cell) {
        return this.seriesOf.get(`${this.get(cell, "rule")} ${this.get(cell, "beta")}`);
    }

    /** Cells that agree with all of the given keys. */
    where(keys, among = this.cells) {
        const wanted = Object.entries(keys).map(([key, value]) => {
            const text = this.text[key];
            return text ? [text.codes, text.names.indexOf(value)] : [this.numbers[key], value];
        });
        return among.filter((cell) => wanted.every(([values, value]) => values[cell] === value));
    }

    /** Values of a key that cells with the given ones have, in order. */
    choices(key, keys, among = this.cells) {
        const names = [...new Set(this.where(keys, among).map((cell) => this.get(cell, key)))];
        if (key !== "batch") return names.sort();
        return names.sort((a, b) => (a === "full") - (b === "full") || Number(a) - Number(b));
    }

    /** A metric of a cell as displayed: losses are divided by that of the best constant. */
    value(cell, metric, column = metric.value) {
        const value = this.numbers[column][cell];
        return metric.kind === "relative" ? value / this.numbers.null_loss[cell] : value;
    }

    /** How many runs of a cell diverged: "", "some", "half" (or more) or "all". */
    divergence(cell) {
        const share = this.numbers.n_diverged[cell] / this.numbers.n_runs[cell];
        if (share === 0) return "";
        return share === 1 ? "all" : share < 0.5 ? "some" : "half";
    }

    /**
     * The best of some cells by a metric, of equal ones as `best_first` in tables/keys.py: the one
     * with the smallest α, then β, then plain gradient descent, then the first rule by name.
     * @returns {?number} null if no cell has a value, or no end is better
     */
    best(cells, metric) {
        if (metric.better === "none") return null;
        const sign = metric.better === "low" ? 1 : -1;
        // Losses below the floor count as equal: they differ only by single precision.
        const floor = metric.kind === "relative" ? this.floor : -Infinity;
        const key = (cell) => [
            sign * Math.max(this.value(cell, metric), floor),
            this.numbers.alpha[cell],
            this.numbers.beta[cell],
            this.get(cell, "rule") === "gd" ? "" : this.get(cell, "rule"),
        ];
        const finite = cells.filter((cell) => Number.isFinite(this.value(cell, metric)));
        return finite.length ? finite.reduce((a, b) => (lessThan(key(b), key(a)) ? b : a)) : null;
    }

    /**
     * Plain gradient descent on the problem of a cell: of its grid and schedule, or of a comparable
     * grid, or with a constant learning rate.
     * @returns {number[]}
     */
    descent(cell) {
        const problem = Object.fromEntries(
            ["dataset", "network", "batch", "gradient_noise"].map((key) => [
                key,
                this.get(cell, key),
            ]),
        );
        const family = this.families[this.get(cell, "grid")];
        const pool = this.where({ ...problem, rule: "gd" }).filter(
            (other) => this.families[this.get(other, "grid")] === family,
        );
        const [grid, schedule] = [this.get(cell, "grid"), this.get(cell, "schedule")];
        for (const keys of [{ grid, schedule }, { schedule }, { schedule: "constant" }]) {
            const found = this.where(keys, pool);
            // Only the first grid.
            if (found.length) return this.where({ grid: this.get(found[0], "grid") }, found);
        }
        return [];
    }

    /** The cell with the nearest α on a log scale; of two the smaller α. */
    nearest(cells, alpha) {
        const distance = (cell) => Math.abs(Math.log(this.numbers.alpha[cell] / alpha)).toFixed(9);
        const ordered = [...cells].sort((a, b) => this.numbers.alpha[a] - this.numbers.alpha[b]);
        return ordered.reduce((a, b) => (Number(distance(b)) < Number(distance(a)) ? b : a));
    }
}

function lessThan(a, b) {
    const place = a.findIndex((value, i) => value !== b[i]);
    return place >= 0 && a[place] < b[place];
}

/** Names with spaces instead of underscores. */
const spaced = (name) => name.replaceAll("_", " ");

const betaName = (series) => (series.rule === "gd" ? "none" : series.betaText);

/** @returns {string} as in “momentum, β = 0.9” */
const seriesName = (series) =>
    series.rule === "gd" ? series.label : `${series.label}, β = ${series.betaText}`;

const batchName = (batch) => (batch === "full" ? "full batch" : `batch size ${batch}`);

// Decoding the packed data of the page.

/**
 * @typedef {Object} Curves
 * @property {number[][]} steps lists of evaluations, in updates
 * @property {number[]} kind for each cell, the index of its list of steps
 * @property {number[]} start for each cell, its first position in the streams
 * @property {Object<string, Int32Array>} codes `<loss>_median`, `<loss>_q25`, `<loss>_q75`: steps
 *   of a decade, or `infinite`; and `n_diverged`
 * @property {number} per_decade
 * @property {number} infinite
 */

/** @returns {Promise<Uint8Array>} the content of a packed element; the element is emptied */
async function unpacked(id) {
    const node = byId(id);
    const bytes = Uint8Array.from(atob(node.textContent), (character) => character.charCodeAt(0));
    node.textContent = "";
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @returns {Promise<Object>} the document of cells: see data.py */
async function readCells() {
    const document = JSON.parse(new TextDecoder().decode(await unpacked("cells-data")));
    for (const [name, values] of Object.entries(document.numbers)) {
        document.numbers[name] = Float64Array.from(values, (value) =>
            value === null ? NaN : value,
        );
    }
    return document;
}

/** @returns {Promise<Curves>} */
async function readCurves() {
    const bytes = await unpacked("curves-data");
    const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
    const { streams, ...curves } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end)));
    const sizes = curves.kind.map((kind) => curves.steps[kind].length);
    curves.start = [];
    let total = 0;
    for (const size of sizes) {
        curves.start.push(total);
        total += size;
    }
    curves.codes = {};
    streams.forEach((name, place) => {
        const low = bytes.subarray(end + 2 * place * total, end + (2 * place + 1) * total);
        const high = bytes.subarray(end + (2 * place + 1) * total, end + (2 * place + 2) * total);
        curves.codes[name] = Int32Array.from(low, (byte, i) => signed(byte + 256 * high[i]));
    });
    for (const [name, values] of Object.entries(curves.codes)) {
        if (name.endsWith("_median") || name === "n_diverged") accumulate(values, curves.start);
    }
    for (const [name, values] of Object.entries(curves.codes)) {
        const sign = { _q25: -1, _q75: 1 }[name.slice(-4)];
        if (sign === undefined) continue;
        const median = curves.codes[`${name.slice(0, -4)}_median`];
        for (let i = 0; i < values.length; i++) values[i] = median[i] + sign * values[i];
    }
    return curves;
}

/** Decode 2x for x ≥ 0, −2x − 1 for x < 0. */
const signed = (code) => (code % 2 ? -(code + 1) / 2 : code / 2);

/** Convert differences to values in place, separately for each cell. */
function accumulate(values, starts) {
    starts.forEach((start, cell) => {
        const end = starts[cell + 1] ?? values.length;
        for (let i = start + 1; i < end; i++) values[i] += values[i - 1];
    });
}

/**
 * The learning curve of one cell.
 * @param {Curves} curves
 * @param {number} cell
 * @param {string} loss `train_loss` or `test_loss`
 * @returns {{steps: number[], median: number[], low: number[], high: number[], diverged: number[]}}
 */
function curveOf(curves, cell, loss) {
    const steps = curves.steps[curves.kind[cell]];
    const start = curves.start[cell];
    const slice = (name) => Array.from(curves.codes[name].subarray(start, start + steps.length));
    const losses = (name) =>
        slice(name).map((code) =>
            code === curves.infinite ? Infinity : 10 ** (code / curves.per_decade),
        );
    return {
        steps,
        median: losses(`${loss}_median`),
        low: losses(`${loss}_q25`),
        high: losses(`${loss}_q75`),
        diverged: slice("n_diverged"),
    };
}

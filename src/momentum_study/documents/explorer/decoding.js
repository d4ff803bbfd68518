// Decoding the packed data of the page. Numbers and curves are in parts, each decoded when needed.

/**
 * @typedef {Object} Curves
 * @property {number[][]} steps lists of evaluations, in updates
 * @property {number[]} kind for each cell, the index of its list of steps
 * @property {Int32Array} start for each cell, its first position in the codes; then their number
 * @property {string[]} streams names of the codes, in the order of a part
 * @property {Object<string, Int16Array>} codes `<loss>_median`, `<loss>_q25`, `<loss>_q75`: steps
 *   of a decade, or `infinite`; and `n_diverged`
 * @property {number} per_decade
 * @property {number} infinite
 */

/** @returns {Promise<Uint8Array>} the content of a packed element; the element is emptied */
async function unpacked(id) {
    const node = byId(id);
    const text = atob(node.textContent);
    node.textContent = "";
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

const unpackedJson = async (id) => JSON.parse(new TextDecoder().decode(await unpacked(id)));

/** Numbers of a JSON document, in which a missing one is null. */
const numbersOf = (values) =>
    Float64Array.from(values, (value) => (value === null ? NaN : value));

/** @returns {Promise<Object>} the document of the study: see data.py */
async function readStudy() {
    const document = await unpackedJson("study");
    for (const [name, values] of Object.entries(document.numbers))
        document.numbers[name] = numbersOf(values);
    return document;
}

/** Parts of the data of the cells, each decoded once, before one of its cells is shown. */
class Parts {
    /**
     * @param {number} size number of cells of a part
     * @param {function(number): Promise<void>} read decodes a part
     */
    constructor(size, read) {
        Object.assign(this, { size, read, parts: [] });
    }

    /** Resolves when the parts of some cells are decoded. */
    async load(cells) {
        const wanted = [...new Set(cells.map((cell) => Math.floor(cell / this.size)))];
        await Promise.all(wanted.map((part) => (this.parts[part] ??= this.read(part))));
    }
}

/** @returns {Parts} of the numbers of a study, which are added to its columns */
function numberParts(study) {
    return new Parts(study.part_cells, async (part) => {
        for (const [name, values] of Object.entries(await unpackedJson(`numbers-${part}`))) {
            study.numbers[name] ??= new Float64Array(study.rows);
            study.numbers[name].set(numbersOf(values), part * study.part_cells);
        }
    });
}

/** @returns {Parts} of the curves of a study */
function curveParts(study) {
    const { curves } = study;
    curves.start = new Int32Array(study.rows + 1);
    curves.kind.forEach((kind, cell) => {
        curves.start[cell + 1] = curves.start[cell] + curves.steps[kind].length;
    });
    const total = curves.start[study.rows];
    curves.codes = Object.fromEntries(
        curves.streams.map((name) => [name, new Int16Array(total)]),
    );
    return new Parts(study.part_cells, async (part) => {
        const bytes = await unpacked(`curves-${part}`);
        const first = part * study.part_cells;
        const starts = curves.start.subarray(first, first + study.part_cells + 1);
        const [from, size] = [starts[0], starts.at(-1) - starts[0]];
        curves.streams.forEach((name, place) => {
            const values = curves.codes[name].subarray(from, from + size);
            const low = bytes.subarray(2 * place * size, (2 * place + 1) * size);
            const high = bytes.subarray((2 * place + 1) * size, (2 * place + 2) * size);
            for (let i = 0; i < size; i++) values[i] = signed(low[i] + 256 * high[i]);
            for (let cell = 0; cell < starts.length - 1; cell++) {
                const end = starts[cell + 1] - from;
                for (let i = starts[cell] - from + 1; i < end; i++) values[i] += values[i - 1];
            }
        });
    });
}

/** Decode 2x for x ≥ 0, −2x − 1 for x < 0. */
const signed = (code) => (code % 2 ? -(code + 1) / 2 : code / 2);

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
    const median = slice(`${loss}_median`);
    // Quartiles are stored as distances from the median.
    const losses = (codes) =>
        codes.map((code) =>
            code === curves.infinite ? Infinity : 10 ** (code / curves.per_decade),
        );
    return {
        steps,
        median: losses(median),
        low: losses(slice(`${loss}_q25`).map((distance, i) => median[i] - distance)),
        high: losses(slice(`${loss}_q75`).map((distance, i) => median[i] + distance)),
        diverged: slice("n_diverged"),
    };
}

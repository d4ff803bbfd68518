// Formatting numbers: as display text, and as in the CSV files of the study.

/** Three significant digits, or another number, without trailing zeros; ∞ or – if not finite. */
function shown(value, digits = 3) {
    if (Number.isNaN(value)) return "–";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const rounded = Number(value.toPrecision(digits));
    const size = Math.abs(rounded);
    if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
        const [digitsPart, exponent] = rounded.toExponential().split("e");
        const power = superscript(Number(exponent));
        return (digitsPart === "1" ? power : `${digitsPart} × ${power}`).replace("-", "−");
    }
    return String(rounded).replace("-", "−");
}

/** The fewest digits, at least `least`, with which different values have different texts. */
function distinctDigits(values, least = 3) {
    const most = 12; // values that agree in these differ by rounding only
    const distinct = [...new Set(values)];
    const count = (digits) => new Set(distinct.map((value) => value.toPrecision(digits))).size;
    const all = count(most);
    let digits = least;
    while (digits < most && count(digits) < all) digits++;
    return digits;
}

const superscript = (exponent) =>
    `10${String(exponent).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)])}`;

const percent = (share) => `${Math.round(100 * share)} %`;
/** @returns {string} as in “1 run”, “1,200 runs” */
const counted = (count, noun = "") =>
    count.toLocaleString("en") + (noun && ` ${noun}${count === 1 ? "" : "s"}`);

/** As Python writes a float, the format of the published CSV files. */
function csvFloat(value) {
    if (Number.isNaN(value)) return "";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    const [digits, exponent] = value.toExponential().split("e");
    if (value === 0 || (exponent >= -4 && exponent < 16)) {
        return Number.isInteger(value) ? `${value}.0` : String(value);
    }
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
}

/** A field of a CSV file, in quotes only if necessary. */
const csvField = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

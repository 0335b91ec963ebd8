// Bytes, times and JSON as text. Pure.

const count = (number) => number.toLocaleString("en");
const hex = (number, digits) => number.toString(16).padStart(digits, "0");

// The local day and time of microseconds since 1970.
function when(micros) {
	return `${new Date(micros / 1000).toLocaleString("sv")}.${String(micros).slice(-6)}`;
}

// Rows as of `hexdump -Cv`.
function hexRows(bytes, start, end) {
	let rows = "";
	for (let at = start; at < end; at += 16) {
		const row = [...bytes.subarray(at, Math.min(at + 16, end))];
		const half = (from) => row.slice(from, from + 8).map((byte) => hex(byte, 2)).join(" ").padEnd(23);
		const ascii = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
		rows += `${hex(at, 8)}  ${half(0)}  ${half(8)}  |${ascii}|\n`;
	}
	return rows + (end === bytes.length ? `${hex(end, 8)}\n` : "");
}

// What a font hides, joins to its neighbour, or turns.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Gr_Ext}\p{DI}\u2800]|(?! )\p{Zs}/gu;
const escapeUnits = (text) => text.replace(/./gs, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`);

// JSON with a line for each value, or null. The tokens stay: no number loses a digit, no name is dropped.
// At most 64 levels: a body of brackets would grow without bound.
function indentJson(json) {
	try {
		JSON.parse(json);
	} catch {
		return null;
	}
	let depth = 0;
	let before = "";
	let text = "";
	for (const [token] of json.matchAll(/"(?:[^"\\]+|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g)) {
		const wasOpen = /^[[{]/.test(before);
		const isEnd = /^[\]}]/.test(token);
		if (isEnd) depth--;
		if (isEnd ? !wasOpen : wasOpen || before === ",") text += `\n${"  ".repeat(depth)}`;
		if (before === ":") text += " ";
		if (/^[[{]/.test(token) && ++depth > 64) return null;
		text += token.replace(UNSEEN, escapeUnits);
		before = token;
	}
	return text;
}

// What was typed, percent-encoded, with the escapes of the log.
function percent(typed) {
	const named = { r: "\r", n: "\n", t: "\t", "\\": "\\" };
	return typed.toWellFormed().replace(/\\(?:x([\da-fA-F]{2})|([rnt\\]))|./gsu, (all, byte, name) =>
		byte ? `%${byte}` : encodeURIComponent(named[name] ?? all));
}

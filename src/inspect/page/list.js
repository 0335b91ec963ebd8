// The list: a row for each request, at most 500, and which one is chosen.

const ROWS = 500;
const list = $("list");
let chosen = null;
let service = "";
let isFollowing = true;

// Appends or replaces rows, at most 20 times a second.
function take(records, isFresh) {
	const rows = records.slice(-ROWS).map(newRow);
	if (isFresh) list.replaceChildren();
	while (list.childElementCount > ROWS - rows.length) list.firstChild.remove();
	list.append(...rows);
	markChosen();
	follow(isFollowing);
	const example = `${say("Waiting for requests. Send one:")}\n\ncurl ${service}`;
	$("empty").textContent = filter() ? say("No request matches.") : example;
	$("empty").hidden = list.firstChild || !service;
}

function element(name, text, style = "") {
	const made = document.createElement(name);
	made.textContent = text;
	made.className = style;
	return made;
}

function newRow(record) {
	const marks = [record.state, record.odd && "odd"].filter(Boolean);
	const cells = {
		line: record.line,
		marks: marks.map((mark) => say(mark)).join(" · "),
		time: when(record.time).slice(11, -3),
		peer: record.peer,
		number: `#${record.number}`,
		bytes: say("{} B", count(record.bytes)),
	};
	const row = element("div", "", marks[0]);
	row.append(...Object.entries(cells).map(([name, text]) => element("span", text, name)));
	row.id = rowId(record);
	row.dataset.id = record.id;
	row.role = "option";
	row.ariaSelected = false;
	row.record = record;
	return row;
}

// A restarted service gives an id again.
const rowId = ({ id, time }) => `row-${id}-${time}`;
const chosenRow = () => chosen && $(rowId(chosen));

function markChosen(isChosen = true) {
	const row = chosenRow();
	if (row) row.ariaSelected = isChosen;
	list.setAttribute("aria-activedescendant", row && isChosen ? row.id : "");
}

// Chooses a row, or none. The list stands still then.
function choose(row) {
	markChosen(false);
	chosen = row?.record;
	markChosen();
	show();
	if (row) follow(false);
}

// Chooses a neighbour of the chosen row. If that has left: the oldest. If none is chosen: the newest.
function step(neighbour) {
	list.focus();
	const row = chosenRow();
	const next = row ? row[neighbour] : list[chosen ? "firstChild" : "lastChild"];
	if (next) choose(next);
}

function follow(isOn) {
	isFollowing = isOn;
	$("follow").ariaPressed = isOn;
	if (isOn) list.scrollTop = list.scrollHeight;
}

list.onclick = ({ target }) => {
	const row = target.closest("[role=option]");
	if (row && row !== chosenRow()) choose(row);
};
// Scrolling up stops following.
list.onscroll = () => {
	if (list.scrollHeight - list.clientHeight - list.scrollTop > 4) follow(false);
};

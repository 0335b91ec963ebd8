// The chosen request: its views, its bytes, its commands.

const TABS = ["text", "hex", "headers", "body"];
let tab = "text";
let view = null;
let bytes = null;
let asked = new AbortController();

const tell = (text) => ($("said").textContent = text);

// What `read` makes of the answer. Nothing if it failed, or if another request was chosen.
async function fetched(part, read) {
	const { signal } = asked;
	try {
		return await (await ask(`/records/${chosen.id}${part}?lang=${lang}&time=${chosen.time}`, signal))[read]();
	} catch (error) {
		if (!signal.aborted) tell(say(error.status === 404 ? "Newer requests took its place." : "No answer."));
	}
}

// Shows the chosen request, or none.
async function show() {
	asked.abort();
	asked = new AbortController();
	const { signal } = asked;
	bytes = null;
	tell("");
	$("manual").hidden = true;
	for (const id of ["copy", "copy-curl", "download"]) $(id).disabled = true;
	if (!chosen) return reveal(false);
	const got = await fetched("/view", "json");
	if (!signal.aborted) fill(got);
}

function reveal(isShown) {
	hide("detail", !isShown);
	$("none").hidden = isShown;
}

// Without a view nothing is said of the request.
function fill(got) {
	view = got ?? { headers: [] };
	$("name").textContent = `#${chosen.number} · ${chosen.peer} · ${when(chosen.time)}`;
	$("notes").className = chosen.state;
	$("notes").replaceChildren(...chosen.notes.map((note) => element("li", note)));
	$("cut").textContent =
		(view.more ? say("{} more bytes are in Hex.", count(view.more)) : "") +
		(view.omitted ? say(" {} bytes were not kept.", count(view.omitted)) : "");
	$("text").textContent = view.text;
	fillHeaders(view.headers);
	fillBody(view.body);
	offer("copy", view.command);
	offer("copy-curl", view.curl);
	$("download").disabled = !got;
	$("hex").replaceChildren();
	reveal(true);
	chosenRow()?.scrollIntoView({ block: "nearest" });
	showTab(tab);
}

function fillHeaders(fields) {
	const part = ([name, value]) => [element("dt", name), element("dd", value)];
	$("headers").replaceChildren(...(fields?.flatMap(part) ?? [say("The head does not parse: see Text.")]));
}

function fillBody(body) {
	const json = body?.json && indentJson(body.json);
	$("indented").hidden = !json;
	$("body-json").textContent = json;
	$("exact").textContent = body ? say(body.chunked ? "Data of the chunks" : "Exact") : body === null ? "—" : "";
	$("body-exact").textContent = body?.text;
}

// Offers a command, or says why there is none.
function offer(id, command) {
	$(`${id}-why`).textContent = command?.why ? `${$(id).textContent}: ${command.why}` : "";
	$(id).disabled = !command?.text;
	$(id).onclick = () => copy(command);
}

async function showTab(name) {
	const isRead = $(tab).contains(document.activeElement);
	tab = name;
	for (const each of TABS) {
		$(each).hidden = each !== name;
		$(`tab-${each}`).ariaSelected = each === name;
		$(`tab-${each}`).tabIndex = each === name ? 0 : -1;
	}
	if (isRead) $(name).focus();
	if (name === "hex" && (await loaded()) && !$("hex").firstChild) moreHex(0);
}

// The bytes of the chosen request. Nothing if another was chosen.
async function loaded() {
	const { signal } = asked;
	const got = bytes ?? (await fetched("", "bytes"));
	return !signal.aborted && (bytes = got);
}

// A piece of the bytes, and a button for the next: a big request does not stop the page.
function moreHex(start) {
	const end = Math.min(start + 65536, bytes.length);
	const panel = $("hex");
	panel.append(element("pre", hexRows(bytes, start, end)));
	if (end === bytes.length) return;
	const more = element("button", `${say("More")}: ${say("{} B", count(bytes.length - end))}`);
	more.onclick = () => {
		panel.focus();
		more.remove();
		moreHex(end);
	};
	panel.append(more);
}

// Saves the bytes. A plain link could not carry the token.
async function download(before) {
	if (!(await loaded())) return;
	const link = element("a");
	link.href = URL.createObjectURL(new Blob([bytes]));
	link.download = view.name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 9999);
	tell(before + say("Saved as {}.", view.name));
}

// Copies a command. One that reads a file brings the file.
async function copy({ text, file }) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		// Away from localhost, http has no clipboard: this copies as by hand.
		const manual = $("manual");
		manual.hidden = false;
		manual.value = text;
		manual.focus();
		manual.select();
		if (!document.execCommand("copy")) return tell(say("Copy the selected text."));
		hide("manual");
	}
	tell(say("Copied."));
	if (file) download(`${say("Copied.")} `);
}

for (const name of TABS) {
	$(`tab-${name}`).role = "tab";
	$(`tab-${name}`).onclick = () => showTab(name);
	$(name).role = "tabpanel";
	$(name).tabIndex = 0;
	$(name).setAttribute("aria-labelledby", `tab-${name}`);
}
$("download").onclick = () => download("");

// The keys. While text is typed, all but Escape are text.

const ACTIONS = {
	j: () => step("nextSibling"),
	k: () => step("previousSibling"),
	ArrowDown: () => ACTIONS.j(),
	ArrowUp: () => ACTIONS.k(),
	Enter: () => $(tab).focus(),
	Escape: () => list.focus(),
	"/": () => $("find").focus(),
	p: () => $("pause").click(),
	h: () => chosen && showTab(tab === "hex" ? "text" : "hex"),
	c: () => $("copy").click(),
	d: () => $("download").click(),
	"?": () => $("keys").showModal(),
};

document.onkeydown = (event) => {
	const { key, target } = event;
	if (event.ctrlKey || event.altKey || event.metaKey || $("keys").open) return;
	// Steps alone repeat.
	const isHeld = event.repeat && !/^[jkA]/.test(key);
	const isTyping = target.matches("input:not([type=checkbox]), textarea") && key !== "Escape";
	const isPress = target.matches("button") && key === "Enter";
	const isScroll = target.matches("[role=tabpanel]") && key.startsWith("Arrow");
	if (isHeld || isTyping || isPress || isScroll || !Object.hasOwn(ACTIONS, key)) return;
	event.preventDefault();
	ACTIONS[key]();
};

// Arrows move between the tabs.
$("tabs").onkeydown = ({ key }) => {
	const by = { ArrowRight: 1, ArrowLeft: 3 }[key];
	if (!by) return;
	showTab(TABS[(TABS.indexOf(tab) + by) % 4]);
	$(`tab-${tab}`).focus();
};
$("help").onclick = ACTIONS["?"];

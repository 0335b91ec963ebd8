// The poll that brings the records, and its state. The last script: it starts the page.

// The place of the last answer, and that of the last clear.
let after = "";
let since = "";
let isFresh = true;
let missed = 0;
let isPaused = false;
let isLost = true;
let polling = new AbortController();

// By it the server ends a poll that this tab left. A second tab gets its own.
const viewer = sessionStorage.viewer ?? Math.random().toString(16).slice(2, 15);
sessionStorage.removeItem("viewer");
onpagehide = () => (sessionStorage.viewer = viewer);

// The answer to a request with the token, thrown if it is no success.
async function ask(path, signal) {
	const headers = location.hash ? { Authorization: `Bearer ${location.hash.slice(1)}` } : {};
	const answer = await fetch(path, { headers, signal });
	if (!answer.ok) throw answer;
	return answer;
}

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

// Polls until the page is paused or hidden. A poll under way ends.
async function run() {
	polling.abort();
	polling = new AbortController();
	const { signal } = polling;
	if (!isLost) fine();
	let wait = 250;
	while (!signal.aborted && !document.hidden && (isFresh || !isPaused)) {
		try {
			await poll(signal);
			wait = 250;
			await sleep(50);
		} catch ({ status }) {
			if (signal.aborted) return;
			fail(status);
			if (status === 401) return;
			await sleep(wait);
			wait = Math.min(wait * 2, 5000);
		}
	}
}

async function poll(signal) {
	// The answer to since= comes at once: it shows that the service is there again.
	const place = isFresh ? since && `&since=${since}` : `&${isLost ? "since" : "after"}=${after}`;
	const path = `/records?viewer=${viewer}&lang=${lang}${filter()}${place}`;
	const limit = AbortSignal.any([signal, AbortSignal.timeout(40000)]);
	const answer = await (await ask(path, limit)).json();
	signal.throwIfAborted();
	if (after && after.split(".")[0] !== answer.next.split(".")[0]) return startOver();
	fine();
	if (answer.missed) {
		missed += answer.missed;
		$("missed").ariaLive = "off";
		remark("{} not shown", count(missed));
	}
	service = answer.curl;
	after = answer.next;
	if (isFresh || answer.records.length) take(answer.records, isFresh);
	isFresh = false;
	root.dataset.ready = 1;
}

// Another process answers: what was shown is of one that has ended.
function startOver() {
	after = "";
	isFresh = true;
	clear();
	remark("hellowire was restarted");
}

function clear() {
	since = after;
	missed = 0;
	remark("");
	choose(null);
	isFollowing = true;
	take([], true);
	run();
}

function fine() {
	isLost = false;
	hide("ask");
	mode(isPaused ? "paused" : "live");
}

function fail(status) {
	isLost = true;
	if (status === 400 && after) startOver();
	hide("ask", status !== 401);
	if (status === 401) $("token").focus();
	mode({ 401: "token missing or wrong", 503: "too many viewers" }[status] ?? "disconnected, trying again");
}

// It is announced: it changes only for news.
function mode(text) {
	if ($("mode").textContent !== say(text)) $("mode").textContent = say(text);
}

const remark = (text, value) => ($("missed").textContent = say(text, value));

// The filters, as parameters of a poll.
function filter() {
	const only = $("refused").checked ? "&only=refused" : $("odd").checked ? "&only=odd" : "";
	const find = percent($("find").value);
	return only + (find && `&find=${find}`);
}

// Another filter, which may end the other one: a poll from the start.
function refilter(other) {
	if (other) $(other).checked = false;
	isFresh = true;
	run();
}

$("find").oninput = () => refilter();
$("refused").onchange = () => refilter("odd");
$("odd").onchange = () => refilter("refused");
$("pause").onclick = () => {
	isPaused = !isPaused;
	$("pause").ariaPressed = isPaused;
	run();
};
$("clear").onclick = clear;
$("follow").onclick = () => follow(!isFollowing);
$("ask").onsubmit = (event) => {
	event.preventDefault();
	location.hash = $("token").value.trim();
	run();
};
onhashchange = ononline = document.onvisibilitychange = run;

translate();
run();

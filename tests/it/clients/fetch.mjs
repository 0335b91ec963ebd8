// Node's fetch, and its http module for what fetch does not do.
import http from "node:http";

const url = "http://" + process.argv[2];

async function ask(target, options = {}) {
  const answer = await fetch(url + target, { duplex: "half", ...options });
  const text = await answer.text();
  if (answer.status !== 200 || (options.method !== "HEAD" && text !== "Hello World")) {
    throw new Error(`${options.method} ${target}: ${answer.status} ${text}`);
  }
}

await ask("/a?b[]={c}|d^e`f'g");
await ask("/[ü]|^");
await ask("/", { method: "HEAD" });
await ask("/", { method: "OPTIONS" });
await ask("/", { method: "POST", body: "x".repeat(100_000) });
await ask("/", { method: "PUT", body: new URLSearchParams({ a: "b c" }) });
await ask("/", { method: "POST", body: new Blob(["a", "bc"]).stream() });
const form = new FormData();
form.append("a", new Blob(["b".repeat(10_000)]), "ü");
await ask("/", { method: "POST", body: form });

const agent = new http.Agent({ keepAlive: true });
for (const headers of [{}, { Expect: "100-continue", "Content-Length": 2 }, { Connection: "close" }]) {
  const status = await new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", agent, headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    request.on("error", reject);
    request.on("continue", () => request.end("hi"));
    if (!headers.Expect) request.end(headers.Connection ? "" : "chunked?");
  });
  if (status !== 200) throw new Error(JSON.stringify(headers) + status);
}
agent.destroy();

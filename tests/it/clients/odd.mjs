// Node's fetch and http with targets that have bytes that no URI has.
import http from "node:http";

const [host, port] = process.argv[2].split(":");

for (const target of ["/?q=100%", "/50%/x", "/%u83DC", "/?p=C:\\dir"]) {
  const answer = await fetch(`http://${host}:${port}${target}`);
  const text = await answer.text();
  if (answer.status !== 200 || text !== "Hello World") throw new Error(`${target}: ${answer.status} ${text}`);
}

const agent = new http.Agent({ keepAlive: true });
for (const options of [
  { path: '/"<>{}\\^`|%' },
  { path: "/\u00e8?\u00e4=\u00ff" },
  { path: "/x", method: "PURGE" },
  { path: "*", method: "M-SEARCH" },
  { path: "/", headers: { Host: "[fe80::1%eth0]" } },
  { path: "/fine" },
]) {
  const [status, text] = await new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, ...options }, async (answer) => {
      resolve([answer.statusCode, (await answer.toArray()).join("")]);
    });
    request.on("error", reject).end();
  });
  if (status !== 200 || text !== "Hello World") throw new Error(`${JSON.stringify(options)}: ${status} ${text}`);
}
agent.destroy();

// Node's http as a reader: says each request that it answers, and ends when stdin does.
import fs from "node:fs";
import http from "node:http";

// At once, unlike process.stdout in some versions.
const say = (line) => fs.writeSync(1, line + "\n");
// Node hands over each byte of a method or target as one character.
const escape = (bytes) => Buffer.from(bytes, "latin1").toString("hex").replaceAll(/../g, "\\x$&");

const server = http.createServer((request, answer) => {
  const port = request.socket.remotePort;
  const pieces = [];
  request.on("error", () => {});
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    say([port, escape(request.method), escape(request.url), escape(Buffer.concat(pieces))].join("\t"));
    answer.end("Hello World");
  });
});
// Requests that have come whole are answered although their client has ended its side.
server.httpAllowHalfOpen = true;
// It ends a connection that has nothing more to say, of a client that has ended its side, only then.
server.keepAliveTimeout = 100;
server.listen(0, "127.0.0.1", () => say("127.0.0.1:" + server.address().port));
process.stdin.resume().on("end", () => process.exit());

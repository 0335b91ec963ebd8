// The service as it is written with Node's http: a handler that logs with console.log.
//
// `node server.js PORT` answers each request on loopback, and logs one line a request to stdout.
'use strict';

const http = require('node:http');

const service = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end('Hello World');
  const { method, socket, url } = request;
  console.log(`${new Date().toISOString()} ${socket.remoteAddress} ${method} ${url} ${response.statusCode}`);
});
service.listen(Number(process.argv[2]), '127.0.0.1');

'use strict';
// Servers of Node's tls module for tests. Each line of standard input asks for one:
//
//   version <tab> certificates <tab> key <tab> CAs of clients <tab> ciphers <tab> ALPN protocol
//
// A field that is not given is "-"; without certificates the server is a plain one. The answer is
// "port N"; what a server later says about a connection that failed is "N TEXT". The program ends
// with its standard input.
const fs = require('fs');
const net = require('net');
const tls = require('tls');
const readline = require('readline');

const connect = 0x10;
const connack = Buffer.from([0x20, 2, 0, 0]);

// An MQTT server as far as a test needs one: what does not begin with CONNECT is hung up on.
function serve(socket) {
  socket.on('error', () => {});
  socket.once('data', (packet) => {
    if (packet[0] === connect) {
      socket.write(connack);
    } else {
      socket.destroy();
    }
  });
}

function create(line) {
  const [version, cert, key, ca, ciphers, alpn] = line.split('\t').map((field) => (field === '-' ? undefined : field));
  if (cert === undefined) {
    return net.createServer(serve);
  }
  const options = { minVersion: 'TLSv' + version, maxVersion: 'TLSv' + version, cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
  if (ca !== undefined) {
    Object.assign(options, { ca: fs.readFileSync(ca), requestCert: true, rejectUnauthorized: true });
  }
  if (ciphers !== undefined) {
    options.ciphers = ciphers;
  } else if (version < '1.2') {
    options.ciphers = 'DEFAULT@SECLEVEL=0';
  }
  if (alpn !== undefined) {
    options.ALPNProtocols = [alpn];
  }
  return tls.createServer(options, serve);
}

const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => {
  const server = create(line);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.on('tlsClientError', (error) => console.log(`${port} ${error.message}`));
    console.log(`port ${port}`);
  });
});
input.on('close', () => process.exit(0));

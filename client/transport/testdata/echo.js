// A WebSocket server on loopback that sends back what it gets, as awkwardly as RFC 6455 allows: each message in three
// fragments with a Ping between them, and the first of them empty. It prints its port.
const http = require('http'), crypto = require('crypto');

function frame(fin, op, payload) {
  const n = payload.length;
  let head;
  if (n < 126) head = Buffer.from([fin << 7 | op, n]);
  else if (n < 65536) { head = Buffer.alloc(4); head[1] = 126; head.writeUInt16BE(n, 2); }
  else { head = Buffer.alloc(10); head[1] = 127; head.writeBigUInt64BE(BigInt(n), 2); }
  head[0] = fin << 7 | op;
  return Buffer.concat([head, payload]);
}

// take returns the first frame of b and the rest, or nothing while it is incomplete.
function take(b) {
  if (b.length < 2) return;
  let n = b[1] & 127, at = 2;
  if (n === 126) { if (b.length < 4) return; n = b.readUInt16BE(2); at = 4; }
  else if (n === 127) { if (b.length < 10) return; n = Number(b.readBigUInt64BE(2)); at = 10; }
  if (!(b[1] & 128)) throw new Error('a frame of a client is masked');
  if (b.length < at + 4 + n) return;
  const mask = b.subarray(at, at + 4), payload = Buffer.from(b.subarray(at + 4, at + 4 + n));
  for (let i = 0; i < n; i++) payload[i] ^= mask[i % 4];
  return { op: b[0] & 15, payload, rest: b.subarray(at + 4 + n) };
}

const server = http.createServer((_, res) => { res.writeHead(404); res.end('no page'); });
server.on('upgrade', (req, socket) => {
  const accept = crypto.createHash('sha1').update(req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n' +
    'Sec-WebSocket-Accept: ' + accept + '\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n');
  let input = Buffer.alloc(0), pongs = 0, pings = 0;
  socket.on('error', () => {});
  socket.on('data', (data) => {
    input = Buffer.concat([input, data]);
    for (let f; (f = take(input)); ) {
      input = f.rest;
      if (f.op === 10) pongs++;
      if (f.op === 8) {
        const code = pongs === pings ? 1000 : 1002; // every Ping was answered
        const body = Buffer.alloc(2);
        body.writeUInt16BE(code);
        socket.end(frame(1, 8, body));
        return;
      }
      if (f.op > 2) continue;
      const third = Math.floor(f.payload.length / 2);
      socket.write(frame(0, 2, Buffer.alloc(0)));
      socket.write(frame(1, 9, Buffer.from('ping')));
      pings++;
      socket.write(frame(0, 0, f.payload.subarray(0, third)));
      socket.write(frame(1, 0, f.payload.subarray(third)));
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

/**
 * Plain TCP from one host to another, to see what a link carries. `serve <port> <bytes>` sends so many bytes to whoever
 * connects; `take <host> <port>` takes them, and prints how many came and how long that took.
 */
import { connect, createServer } from 'node:net';

const [role, ...words] = process.argv.slice(2);
if (role === 'serve') serve(Number(words[0]), Number(words[1]));
else take(words[0] ?? '', Number(words[1]));

function serve(port: number, bytes: number): void {
  const server = createServer((socket) => socket.end(Buffer.alloc(bytes)));
  server.listen(port, () => process.stdout.write('listening\n'));
}

/** The clock runs from before the call: bytes that come while this process waits for a core must not look quick. */
function take(host: string, port: number): void {
  const startedMs = performance.now();
  let bytes = 0;
  let lastMs = startedMs;
  const socket = connect(port, host);
  socket.on('data', (chunk) => {
    lastMs = performance.now();
    bytes += chunk.length;
  });
  socket.on('close', () => {
    const seconds = (lastMs - startedMs) / 1_000;
    process.stdout.write(`${JSON.stringify({ bytes, seconds })}\n`);
  });
}

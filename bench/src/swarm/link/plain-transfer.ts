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

function take(host: string, port: number): void {
  let first: { readonly atMs: number; readonly bytes: number } | undefined;
  let bytes = 0;
  let lastMs = 0;
  const socket = connect(port, host);
  socket.on('data', (chunk) => {
    lastMs = performance.now();
    bytes += chunk.length;
    first ??= { atMs: lastMs, bytes };
  });
  socket.on('close', () => {
    // What came first took no time that was seen.
    const timed = { bytes: bytes - (first?.bytes ?? 0), seconds: (lastMs - (first?.atMs ?? 0)) / 1_000 };
    process.stdout.write(`${JSON.stringify({ bytes, bytesPerSecond: timed.bytes / timed.seconds })}\n`);
  });
}

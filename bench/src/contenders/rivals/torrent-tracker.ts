/**
 * A BitTorrent tracker for a single swarm on a network of our own (BEP 3, compact peers as in BEP 23), so that the
 * rivals find each other: `torrent-tracker <port>`. Who announces is told of all others; it never forgets one.
 */
import { createServer } from 'node:http';
import { bencode } from './bencode.js';

/** Who came first hears of the others when it asks again. */
const INTERVAL_SECONDS = 5;

/** Six bytes each, by the name that a peer gives itself: its IPv4 address and its port. */
const peers = new Map<string, Uint8Array>();

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://tracker');
  const address = (request.socket.remoteAddress ?? '').replace(/^.*:/, '').split('.').map(Number);
  const port = Number(searchParams.get('port'));
  const own = `${address.join('.')}:${port}`;
  if (searchParams.get('event') === 'stopped') peers.delete(own);
  else peers.set(own, Uint8Array.from([...address, port >> 8, port & 0xff]));
  const others = [...peers].filter(([name]) => name !== own).map(([, compact]) => compact);
  process.stdout.write(`${own} announced\n`);
  response.end(bencode({ interval: INTERVAL_SECONDS, 'min interval': 1, peers: Buffer.concat(others) }));
});
server.listen(Number(process.argv[2]), '0.0.0.0', () => process.stdout.write('listening\n'));

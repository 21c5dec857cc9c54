/** A peer whose every answer holds a text that somebody else has chosen: a name, a path, a reason. */
import type { Peer } from '@p2p/peer';
import { refusal } from '@p2p/protocol';

/** As many results in one as there are commands; each takes from it what it knows. */
function resultWith(said: string): object {
  const row = {
    group: said,
    user: said,
    file: said,
    kind: 'file',
    from: said,
    to: said,
    at: said,
    owners: [said, said],
    owner: true,
    online: true,
    member: false,
    requested: true,
    by: said,
    sharers: 1,
    bytes: 7,
    root: said,
    state: 'downloading',
    done: 1,
    bytesPerSecond: 1,
    peers: 1,
    path: said,
    number: 1,
    host: said,
    port: 1,
    device: said,
    name: said,
    lastSeen: said,
    current: true,
    reachable: true,
    address: said,
    linked: [1, 2],
    operations: 1,
    digest: said,
    first: 1,
    last: 2,
    lastHad: said,
    phase: 'connected',
    retryInMs: 1,
    roundTripMs: null,
    outstandingBytes: 1,
    stalls: 1,
  };
  // A field that is new is a text, too.
  const rows = [new Proxy<object>(row, { get: (fields, name) => Reflect.get(fields, name) ?? said })];
  const lists = {
    groups: rows,
    requests: rows,
    members: rows,
    files: rows,
    conflicts: rows,
    downloads: rows,
    trackers: rows,
    devices: rows,
  };
  return {
    ...row,
    ...lists,
    members: rows,
    peers: rows,
    missing: rows,
    replicated: false,
    renamedFrom: said,
    tracker: 1,
    complete: 1,
    failed: 0,
    up: 1,
    down: 0,
  };
}

/** Every second answer is a refusal, beginning with what the text decides. */
export function peerThatSays(said: string): Peer {
  let succeeds = said.length % 3 !== 0;
  const answer = () => {
    succeeds = !succeeds;
    return succeeds ? refusal('no_such_group', said) : { ok: true, result: resultWith(said) };
  };
  return new Proxy({}, { get: () => answer }) as Peer;
}

/** libtorrent (qBittorrent and Deluge are made of it) by Debian's python3-libtorrent, as it is without settings. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Contender } from '../contender.js';
import { TorrentCrew, type TorrentPlace } from './torrent-crew.js';

/** Debian's own: another Python of the user's knows nothing of Debian's packages. */
const PYTHON = '/usr/bin/python3';
/** As large as ours; with 64 KiB it was no quicker. */
const PIECE_BYTES = 256 * 1024;

/** Seen from the built program. */
const client = fileURLToPath(new URL('../src/contenders/rivals/libtorrent-client.py', import.meta.url));

/** Undefined where it isn't installed. */
export function findLibtorrent(): Contender | undefined {
  const asking = ['-c', 'import libtorrent; print(libtorrent.version)'];
  const { status, stdout } = spawnSync(PYTHON, asking, { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const program = { pieceBytes: PIECE_BYTES, words, isComplete: (line: string) => line === 'complete' };
  return { name: `libtorrent ${stdout.trim()}`, gather: (scene) => TorrentCrew.gather(program, scene) };
}

function words({ role, address, port, torrent, directory }: TorrentPlace): string[] {
  return [PYTHON, client, torrent, directory, `${address}:${port}`, role];
}

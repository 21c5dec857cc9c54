/** aria2 as its manual has it for BitTorrent, with nothing but our tracker to find others by. */
import { spawnSync } from 'node:child_process';
import type { Contender } from '../contender.js';
import { TorrentCrew, type TorrentPlace } from './torrent-crew.js';

/** As large as ours; with 64 KiB it was no quicker. */
const PIECE_BYTES = 256 * 1024;
/** What aria2 runs when all is there; it prints the path. */
const COMPLETE_HOOK = '/bin/echo';

/** Undefined where it isn't installed. */
export function findAria2(): Contender | undefined {
  const { stdout } = spawnSync('aria2c', ['--version'], { encoding: 'utf8' });
  const [, version] = /^aria2 version (\S+)/.exec(stdout ?? '') ?? [];
  if (version === undefined) return undefined;
  const program = { pieceBytes: PIECE_BYTES, words, isComplete: (line: string) => /^[0-9a-f]{16} 1 \//.test(line) };
  return { name: `aria2 ${version}`, gather: (scene) => TorrentCrew.gather(program, scene) };
}

function words({ role, port, torrent, directory }: TorrentPlace): string[] {
  const options = [
    '--no-conf',
    `--dir=${directory}`,
    '--seed-ratio=0.0',
    '--check-integrity=true',
    '--file-allocation=none',
    '--enable-dht=false',
    '--enable-dht6=false',
    '--disable-ipv6=true',
    `--listen-port=${port}`,
    '--summary-interval=0',
    `--on-bt-download-complete=${COMPLETE_HOOK}`,
    torrent,
  ];
  const waiting = role === 'download' ? 'echo ready; read -r go; ' : '';
  return ['sh', '-c', `${waiting}exec "$@"`, 'sh', 'aria2c', ...options];
}

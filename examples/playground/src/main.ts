/**
 * Two trackers and a client's prompt in one terminal, to play with. Another terminal joins in with
 * `pnpm --filter client start -- <the tracker_info.txt it names>`. Everything is gone when the prompt is left.
 */
import { spawn } from 'node:child_process';
import { builtPrograms, Cluster } from '@p2p/harness';

const cluster = await Cluster.start(2);
process.stdout.write(`two trackers are running; they are named in ${cluster.trackerInfo}\n`);
process.stdout.write('try: create_user anna, login anna, create_group films, upload_file <path> films, help, quit\n\n');

const client = spawn(process.execPath, [builtPrograms.client, cluster.trackerInfo], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
// Ctrl-C reaches the prompt as well; this program stays until the prompt has gone.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => client.kill('SIGTERM'));
client.once('exit', (code) => {
  void cluster.stop().then(() => process.exit(code ?? 0));
});

import { describe, expect, it } from 'vitest';
import { type ClientArguments, parseArguments } from '../src/arguments.js';

const place = { directory: '/here', home: '/home/ann' };

const defaults: ClientArguments = {
  address: undefined,
  trackerInfo: undefined,
  dataDirectory: undefined,
  bind: undefined,
  json: false,
  stay: false,
  uploadLimit: 0,
  downloadLimit: 0,
  giveUpSeconds: undefined,
};
const local = (port: number) => ({ host: '127.0.0.1', port });

const understood: [argv: string, options: Partial<ClientArguments>][] = [
  ['', {}],
  ['--', {}],
  ['-- --json', { json: true }],
  ['127.0.0.1:9909', { address: local(9909) }],
  ['127.0.0.1:0', { address: local(0) }],
  ['[::1]:7000', { address: { host: '::1', port: 7000 } }],
  ['host.example:7000', { address: { host: 'host.example', port: 7000 } }],
  ['tracker_info.txt', { trackerInfo: '/here/tracker_info.txt' }],
  ['~/t.txt', { trackerInfo: '/home/ann/t.txt' }],
  ['127.0.0.1:9909 ../t.txt', { address: local(9909), trackerInfo: '/t.txt' }],
  ['../t.txt 127.0.0.1:9909', { address: local(9909), trackerInfo: '/t.txt' }],
  ['./odd:1', { trackerInfo: '/here/odd:1' }],
  ['t.txt --stay --json', { trackerInfo: '/here/t.txt', stay: true, json: true }],
  ['--data-dir d', { dataDirectory: '/here/d' }],
  ['--data-dir=d --no-web', { dataDirectory: '/here/d' }],
  ['--bind 0.0.0.0:7000', { bind: { host: '0.0.0.0', port: 7000 } }],
  ['--upload-limit 1000 --download-limit 0', { uploadLimit: 1000 }],
  ['--upload-limit 500k --download-limit 1.5M', { uploadLimit: 512_000, downloadLimit: 1_572_864 }],
  ['--upload-limit 2G --download-limit 0K', { uploadLimit: 2_147_483_648 }],
  ['--download-limit 5', { downloadLimit: 5 }],
  ['--give-up 2.5', { giveUpSeconds: 2.5 }],
];

const refused: [argv: string, message: RegExp][] = [
  ['run', /^there is no subcommand "run"$/],
  ['run films', /^there is no subcommand "run"$/],
  ['--nonsense', /^Unknown option '--nonsense'.*usage: client /],
  ['-x', /^Unknown option '-x'.*usage: client /],
  ['--data-dir', /--data-dir.* argument missing.*usage: client /],
  ['--data-dir=', /^--data-dir: the path is empty$/],
  ['--json=yes', /--json.* does not take an argument.*usage: client /],
  ['--web 127.0.0.1:8080', /^--web is not available/],
  ['--bind nowhere', /^--bind: "nowhere" is not an address/],
  ['--bind 127.0.0.1:99999', /^--bind: "99999" is not a port$/],
  ['127.0.0.1:99999', /^IP:PORT: "99999" is not a port$/],
  ['127.0.0.1: t.txt', /^IP:PORT: "" is not a port$/],
  ['::1:7000', /^IP:PORT: .*brackets$/],
  ['1.2.3.4:1 1.2.3.4:2', /^"1.2.3.4:2" is one address too many$/],
  ['a.txt b.txt', /^"b.txt" is one argument too many$/],
  ['--upload-limit fast', /^--upload-limit: "fast" is not a number of bytes$/],
  ['--upload-limit 1.5', /^--upload-limit: "1.5" is not a number of bytes$/],
  ['--upload-limit 1kk', /^--upload-limit: "1kk" is not a number of bytes$/],
  ['--upload-limit 1.M', /^--upload-limit: "1.M" is not a number of bytes$/],
  ['--upload-limit 999999999999999g', /^--upload-limit: "9+g" is not a number of bytes$/],
  ['--download-limit=-1', /^--download-limit: "-1" is not a number of bytes$/],
  ['--give-up soon', /^--give-up: "soon" is not a number of seconds$/],
];

const words = (argv: string) => argv.split(' ').filter(Boolean);

describe('parseArguments', () => {
  it.each(understood)('%s', (argv, options) => {
    expect(parseArguments(words(argv), place)).toEqual({ kind: 'run', arguments: { ...defaults, ...options } });
  });

  it.each(refused)('refuses %s', (argv, message) => {
    expect(parseArguments(words(argv), place)).toEqual({ kind: 'error', message: expect.stringMatching(message) });
  });

  it('refuses an empty word', () => {
    expect(parseArguments([''], place)).toEqual({ kind: 'error', message: 'there is no subcommand ""' });
  });

  it.each(['--help', '-h', '--help --json'])('knows %s', (argv) => {
    expect(parseArguments(words(argv), place)).toEqual({ kind: 'help' });
  });

  it('knows --version', () => {
    expect(parseArguments(['--version'], place)).toEqual({ kind: 'version' });
  });
});

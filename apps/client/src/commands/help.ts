/** `help`: every command, or one. */
import { refusal } from '@p2p/protocol';
import { command } from './command.js';

export const help = command({
  name: 'help',
  summary: 'this list, or one command',
  optional: ['command'],
  run({ commands }, { command: wanted }) {
    if (wanted !== undefined && !commands.has(wanted)) {
      return refusal('unknown_command', `there is no command "${wanted}" – use: help`);
    }
    return { ok: true, result: {} };
  },
  text(_, { command: wanted }, { commands }) {
    const chosen = [...commands.values()].filter(({ name }) => wanted === undefined || name === wanted);
    const width = Math.max(...chosen.map(({ usage }) => usage.length));
    return chosen.map(({ usage, summary }) => `${usage.padEnd(width)}  ${summary}`).join('\n');
  },
});

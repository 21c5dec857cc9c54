/** `quit`: leaves without waiting for anything. */
import { command } from './command.js';

export const quit = command({
  name: 'quit',
  summary: 'leave; nothing is waited for',
  run({ leave }) {
    leave();
    return { ok: true, result: {} };
  },
  text: () => '',
});

/** A tracker with the cluster's key that means harm: what it says of names reaches nobody, and the next one is asked. */
import { expect, it } from 'vitest';
import { openIn } from './opened-peer.js';
import { identityIn, type Script, ScriptedTracker } from './scripted-tracker.js';
import { temporaryDirectory } from './temporary-directory.js';

const root = 'ab'.repeat(32);
const id = `${root}.1`;

/** An honest cluster's answers, but that everything is called `name`. */
function naming(name: string): Script {
  return {
    answer: ({ type }) => {
      const reply = { type: `${type}.ok`, user: name, group: name, replicated: true, next: null };
      if (type === 'list_files') return { ...reply, files: [{ file: name, id, bytes: 1, root, sharers: 1, by: name }] };
      if (type === 'list_members') return { ...reply, members: [{ user: name, owner: true, online: true }] };
      if (type === 'list_requests') return { ...reply, requests: [{ user: name }] };
      const group = { group: name, owners: [name], members: 1, member: true, requested: false };
      return type === 'list_groups' ? { ...reply, groups: [group] } : reply;
    },
  };
}

it.each(['../../.bashrc', '..\\x', 'C:x', '/etc/passwd', 'a\u001b[2J', 'a\u009b2J', 'a\r\nb', 'a\u202eb', ''])(
  'that calls everything %j is left for the next',
  async (name) => {
    const directory = await temporaryDirectory();
    const identity = await identityIn(directory, 'cluster');
    const scripts = [naming(name), naming('honest')];
    const trackers = await Promise.all(scripts.map((script) => ScriptedTracker.start(identity, script)));
    const opened = await openIn(directory, trackers);
    if (!opened.ok) throw new Error(opened.message);
    const { peer } = opened;
    try {
      expect(await peer.login('honest', 'secret')).toMatchObject({ ok: true, result: { user: 'honest', tracker: 2 } });
      const answers = await Promise.all([
        peer.whoami(),
        peer.listFiles('g'),
        peer.listMembers('g'),
        peer.listRequests('g'),
        peer.listGroups(),
        peer.createGroup('g'),
      ]);
      for (const answer of answers) expect(JSON.stringify(answer)).toContain('honest');
    } finally {
      await peer.close();
    }
  },
);

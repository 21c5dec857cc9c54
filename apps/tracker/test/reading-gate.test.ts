import { expect, test } from 'vitest';
import { ReadingGate } from '../src/client-connections/reading-gate.js';

function gateWithLog() {
  const log: string[] = [];
  const gate = new ReadingGate({ pause: () => void log.push('pause'), resume: () => void log.push('resume') });
  return { gate, log };
}

test('paused by the first reason, and resumed after the last', () => {
  const { gate, log } = gateWithLog();
  gate.hold('outstanding');
  gate.hold('pace');
  gate.release('outstanding');
  expect([log, gate.isHeld('pace')]).toEqual([['pause'], true]);
  gate.release('pace');
  expect([log, gate.isHeld('pace')]).toEqual([['pause', 'resume'], false]);
});

test('a reason given twice is one, and one that was not given is none', () => {
  const { gate, log } = gateWithLog();
  gate.release('backlog');
  gate.hold('backlog');
  gate.hold('backlog');
  gate.release('backlog');
  gate.release('backlog');
  expect(log).toEqual(['pause', 'resume']);
});

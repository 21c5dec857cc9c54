import { FILES_BESIDES_CONNECTIONS, MAX_CONNECTIONS } from '@p2p/protocol';
import { expect, test } from 'vitest';
import { connectionsWithin, openFilesIn, roomForConnections } from '../src/open-files.js';

const limits = (openFiles: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     
Max processes             96000                96000                processes 
Max open files            ${openFiles}                 1048576              files     
`;

test('the bound on open files is read where the system tells it', () => {
  expect(openFilesIn(limits('1024'))).toBe(1_024);
  expect(openFilesIn(limits('unlimited'))).toBeUndefined();
  expect(openFilesIn('')).toBeUndefined();
});

test.each([
  [undefined, MAX_CONNECTIONS],
  [1_048_576, MAX_CONNECTIONS],
  [MAX_CONNECTIONS + FILES_BESIDES_CONNECTIONS, MAX_CONNECTIONS],
  [MAX_CONNECTIONS + FILES_BESIDES_CONNECTIONS - 1, MAX_CONNECTIONS - 1],
  [1_024, 1_024 - FILES_BESIDES_CONNECTIONS],
  [100, 50],
])('with %s open files there is room for %s connections', (openFiles, connections) => {
  expect(connectionsWithin(openFiles)).toBe(connections);
});

test('on this machine there is some', async () => {
  expect(await roomForConnections()).toBeGreaterThan(0);
});

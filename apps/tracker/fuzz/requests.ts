/** Requests made from the schemas that are there, which speak of people, groups and files that are there too. */
import { type Dice, knownFields, valuesOf } from '@p2p/fuzzing';
import { clientRequest, helloRequest } from '@p2p/protocol';
import { ann, ben, film, films, mal, root, stranger } from './tracker-world.js';

const known = knownFields([helloRequest, clientRequest], {
  user: ['ann', 'ben', 'mal', 'zoe', 'ann~2', `${ann.key}.1`],
  group: ['films', 'music', 'books', 'films~2', films, `${mal.key}.3`],
  file: ['a.mkv', 'b.txt', 'a~2.mkv', film, `${ben.key}.9`],
  remove: [film, `${ben.key}.9`],
  password: ['password of mal', 'password of ben', 'wrong', 'a new password'],
  oldPassword: ['password of mal', 'wrong'],
  newPassword: ['password of mal', 'a new password'],
  token: [mal.token, ben.token, stranger.token, new Uint8Array(32)],
  device: [mal.key, ben.key, ann.key, stranger.key],
  root: [root, '8'.repeat(64)],
  counter: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  protocol: [1],
  after: ['', 'ann', 'films'],
});

const requests = valuesOf(clientRequest, known);
const hellos = valuesOf(helloRequest, known);

export const someRequest = (dice: Dice): unknown => requests(dice);
export const someHello = (dice: Dice): unknown => hellos(dice);

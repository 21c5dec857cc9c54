import { describe, expect, it } from 'vitest';
import { absolutePath, placeOf } from '../src/paths.js';

describe('placeOf', () => {
  it('is where pnpm was called, else the working directory', () => {
    expect(placeOf({ INIT_CWD: '/where/ann/stood' }, '/apps/client', '/home/ann').directory).toBe('/where/ann/stood');
    expect(placeOf({}, '/apps/client', '/home/ann').directory).toBe('/apps/client');
    expect(placeOf({ INIT_CWD: '' }, '/apps/client', '/home/ann').directory).toBe('/apps/client');
  });
});

describe('absolutePath', () => {
  const place = { directory: '/where/ann/stood', home: '/home/ann' };
  it.each([
    ['a.mkv', '/where/ann/stood/a.mkv'],
    ['../a.mkv', '/where/ann/a.mkv'],
    ['/tmp/a.mkv', '/tmp/a.mkv'],
    ['~/a.mkv', '/home/ann/a.mkv'],
    ['~', '/home/ann'],
    ['~/', '/home/ann/'],
    ['~bob/a.mkv', '/where/ann/stood/~bob/a.mkv'],
    ['films/', '/where/ann/stood/films/'],
    ['/tmp/', '/tmp/'],
    ['/', '/'],
    ['.', '/where/ann/stood'],
    ['./', '/where/ann/stood/'],
  ])('%s', (typed, path) => {
    expect(absolutePath(place, typed)).toBe(path);
  });
});

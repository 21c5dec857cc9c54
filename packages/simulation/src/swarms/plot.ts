/** The plot of the swarms by their size, as an SVG that reads well on light and on dark paper. */
import type { SwarmSummary } from './summary.js';

const WIDTH = 720;
const HEIGHT = 360;
const LEFT = 60;
const RIGHT = 20;
const TOP = 30;
const BOTTOM = 50;
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .axis { stroke: #8c959f; stroke-width: 1 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .wanted { stroke: #bf8700; fill: none; stroke-width: 2; stroke-dasharray: 6 4 }
  .ours { stroke: #0969da; fill: none; stroke-width: 2.5 }
  .dot { fill: #0969da }
  .other { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .axis { stroke: #6e7681 } .grid { stroke: #30363d }
    .wanted { stroke: #d29922 } .ours { stroke: #58a6ff } .dot { fill: #58a6ff } .other { fill: #ff7b72 }
  }`;

interface Scale {
  readonly x: (peers: number) => number;
  readonly y: (ratio: number) => number;
}

export function plotOf(summaries: readonly SwarmSummary[]): string {
  const of = (prefix: string) => summaries.filter(({ named }) => named.name.startsWith(prefix));
  const [ours, others] = [of('equal-'), of('downloader-chooses-')];
  const highest = Math.ceil(Math.max(1.2, ...[...ours, ...others].map(({ ratio }) => ratio)) * 10) / 10;
  const largest = Math.max(10, ...ours.map(({ named }) => named.scenario.peers));
  const span = Math.max(1, Math.log10(largest) - 1);
  const scale: Scale = {
    x: (peers) => LEFT + ((Math.log10(peers) - 1) / span) * (WIDTH - LEFT - RIGHT),
    y: (ratio) => HEIGHT - BOTTOM - ((ratio - 1) / (highest - 1)) * (HEIGHT - TOP - BOTTOM),
  };
  const wanted = ours.map(({ named }) => ({ peers: named.scenario.peers, ratio: wantedAt(named.scenario.peers) }));
  const measured = ours.map(({ named, ratio }) => ({ peers: named.scenario.peers, ratio }));
  const rivals = others.map(({ named, ratio }) => ({ peers: named.scenario.peers, ratio }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    '<title>Time until the last peer has everything, by the fluid bound, over the number of peers</title>',
    `<style>${STYLE}\n</style>`,
    ...gridOf(scale, highest, largest),
    lineOf('wanted', wanted, scale),
    lineOf('ours', measured, scale),
    ...dotsOf('dot', measured, scale),
    ...dotsOf('other', rivals, scale),
    ...legend(),
    '</svg>',
    '',
  ].join('\n');
}

interface Point {
  readonly peers: number;
  readonly ratio: number;
}

function wantedAt(peers: number): number {
  return 1.1 * (1 + Math.log2(peers) / 256);
}

function gridOf({ x, y }: Scale, highest: number, largest: number): string[] {
  const lines: string[] = [];
  for (let tenth = 10; tenth <= highest * 10 + 0.5; tenth++) {
    const at = y(tenth / 10).toFixed(1);
    lines.push(`<line class="grid" x1="${LEFT}" y1="${at}" x2="${WIDTH - RIGHT}" y2="${at}"/>`);
    lines.push(`<text x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end">${(tenth / 10).toFixed(1)}</text>`);
  }
  for (const peers of [10, 30, 100, 300, 1_000, 5_000].filter((count) => count <= largest)) {
    const label = peers.toLocaleString('en');
    lines.push(`<text x="${x(peers).toFixed(1)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${label}</text>`);
  }
  lines.push(
    `<line class="axis" x1="${LEFT}" y1="${HEIGHT - BOTTOM}" x2="${WIDTH - RIGHT}" y2="${HEIGHT - BOTTOM}"/>`,
    `<text x="${(WIDTH + LEFT - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">equal peers</text>`,
  );
  return lines;
}

function lineOf(kind: string, points: readonly Point[], { x, y }: Scale): string {
  const path = points.map(({ peers, ratio }) => `${x(peers).toFixed(1)},${y(ratio).toFixed(1)}`).join(' ');
  return `<polyline class="${kind}" points="${path}"/>`;
}

function dotsOf(kind: string, points: readonly Point[], { x, y }: Scale): string[] {
  return points.map(({ peers, ratio }) => {
    const label = `<title>${peers} peers: ${ratio.toFixed(3)}</title>`;
    return `<circle class="${kind}" cx="${x(peers).toFixed(1)}" cy="${y(ratio).toFixed(1)}" r="4.5">${label}</circle>`;
  });
}

function legend(): string[] {
  const [top, left] = [TOP - 12, LEFT + 10];
  return [
    `<circle class="dot" cx="${left}" cy="${top}" r="4.5"/><text x="${left + 10}" y="${top}" dy="4">offers bound late</text>`,
    `<circle class="other" cx="${left + 150}" cy="${top}" r="4.5"/><text x="${left + 160}" y="${top}" dy="4">the downloader chooses</text>`,
    `<line class="wanted" x1="${left + 330}" y1="${top}" x2="${left + 356}" y2="${top}"/><text x="${left + 364}" y="${top}" dy="4">wanted</text>`,
  ];
}

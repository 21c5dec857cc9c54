/** What both programs do at a command line: cut words, find what a person means by a path, read tracker_info.txt, print. */
export { BadArgument, type ParsedArguments, parsedBy, splitOptions } from './options.js';
export { absolutePath, type Place, placeOf } from './paths.js';
export { printable, printableLines } from './printable.js';
export { findTrackerInfo, loadTrackerInfo, type TrackerInfoFile } from './tracker-info-file.js';
export { readVersion } from './version.js';

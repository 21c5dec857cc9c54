/** What both programs do before they start: cut their words, find what a person means by a path, read tracker_info.txt. */
export { BadArgument, type ParsedArguments, parsedBy, splitOptions } from './options.js';
export { absolutePath, type Place, placeOf } from './paths.js';
export { findTrackerInfo, loadTrackerInfo, type TrackerInfoFile } from './tracker-info-file.js';
export { readVersion } from './version.js';

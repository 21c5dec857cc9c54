/** Loaded into a program before anything of its own: has words of its modules replaced as its own URL says. */
import { register } from 'node:module';

const replacements = JSON.parse(new URL(import.meta.url).searchParams.get('replacements') ?? '[]');
register('./replacing-hooks.js', { parentURL: import.meta.url, data: replacements });

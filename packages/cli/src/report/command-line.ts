import { type CheckedOptions, DEFAULT_MEMORY_BYTES } from '../options.ts';

/** What to type to do the same again. */
export function commandLine(options: CheckedOptions): string {
  const { source, target, config, memoryBytes, threads, backend, strictBackend, fastMath, report } = options;
  const words = [
    'mnnquant',
    ...(memoryBytes === DEFAULT_MEMORY_BYTES ? [] : ['--memory', String(memoryBytes)]),
    ...(threads === undefined || threads === 'auto' ? [] : ['--threads', String(threads)]),
    ...(backend === 'auto' ? [] : ['--backend', backend]),
    ...(strictBackend ? ['--strict-backend'] : []),
    ...(fastMath ? ['--fast-math'] : []),
    ...(report === undefined ? [] : ['--report', report]),
  ];
  const files = [source, target, config];
  // After "--" a name may begin with a dash.
  const dashes = files.some((file) => file.startsWith('-')) ? ['--'] : [];
  return [...words, ...dashes, ...files].map(quoted).join(' ');
}

/** For a POSIX shell; what needs no quotes has none. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

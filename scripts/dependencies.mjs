/** A row of a table of the page: `| name | version | …`. */
const ROW = /^\| (?<name>(?:@[\w-]+\/)?[\w.-]+) \| (?<version>\d[\w.-]*) \|/gm;
const FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'];

/** The page with a row for every dependency. */
export const DEPENDENCIES_PAGE = 'docs/dependencies.md';

/**
 * Compares the page with what package.json files name; packages of the workspace are left out.
 *
 * @param {[file: string, manifest: Record<string, any>][]} manifests
 * @param {string} page its text
 * @returns {string[]} what differs, a line each
 */
export function dependencyProblems(manifests, page) {
  const rows = new Map([...page.matchAll(ROW)].map(({ groups }) => [groups.name, groups.version]));
  const named = manifests.flatMap(([file, manifest]) =>
    FIELDS.flatMap((field) => Object.entries(manifest[field] ?? {}))
      .filter(([, version]) => !version.startsWith('workspace:'))
      .map(([name, version]) => ({ file, name, version })),
  );
  const missing = named.filter(({ name, version }) => rows.get(name) !== version);
  const names = new Set(named.map(({ name }) => name));
  const unused = [...rows.keys()].filter((name) => !names.has(name));
  return [
    ...missing.map(({ file, name, version }) => {
      const row = rows.has(name) ? `is ${rows.get(name)} in` : 'has no row in';
      return `${file}: ${name} ${version} ${row} ${DEPENDENCIES_PAGE}: what for, size, license, last release, why not our own`;
    }),
    ...unused.map((name) => `${DEPENDENCIES_PAGE}: no package.json names ${name}`),
  ];
}

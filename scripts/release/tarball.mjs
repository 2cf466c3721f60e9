import { gunzipSync, gzipSync } from 'node:zlib';

const BLOCK = 512; // bytes; a header, and what contents are padded to
/** The place of a header's fields, as POSIX ustar has them. */
const FIELD = { name: [0, 100], size: [124, 12], checksum: [148, 8], type: [156, 1], prefix: [345, 155] };
/** Byte of a gzip header that names the system which compressed; 255 is none. */
const GZIP_SYSTEM = 9;
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * A package's tarball, so that the same files give the same bytes: pnpm writes the versions of workspace packages in the
 * order in which it comes to know them, and files in the order in which it reads them.
 *
 * @param {Uint8Array} tgz as `pnpm pack` makes it: plain files, names as ustar holds them, dates all alike
 * @returns {Buffer} the same files, sorted, with the dependencies in package.json sorted
 */
export function reproducible(tgz) {
  const entries = entriesOf(gunzipSync(tgz)).map((entry) =>
    entry.name === 'package/package.json' ? withText(entry, sortedManifest(entry.content)) : entry,
  );
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const blocks = entries.flatMap(({ header, content }) => [
    header,
    content,
    Buffer.alloc(-content.length & (BLOCK - 1)),
  ]);
  const packed = gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  packed[GZIP_SYSTEM] = 255;
  return packed;
}

function text(header, [at, length]) {
  return header.toString('utf8', at, at + length).replace(/\0.*$/s, '');
}

function entriesOf(tar) {
  const entries = [];
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const header = Buffer.from(tar.subarray(at, at + BLOCK));
    const name = [text(header, FIELD.prefix), text(header, FIELD.name)].filter(Boolean).join('/');
    const type = text(header, FIELD.type);
    if (type !== '' && type !== '0') throw new Error(`${name}: expected a plain file, got type ${type}`);
    const size = Number.parseInt(text(header, FIELD.size), 8);
    entries.push({ name, header, content: tar.subarray(at + BLOCK, at + BLOCK + size) });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function sortedManifest(content) {
  const manifest = JSON.parse(content.toString('utf8'));
  for (const key of DEPENDENCIES)
    if (manifest[key])
      manifest[key] = Object.fromEntries(Object.entries(manifest[key]).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** The entry with another content: its size changes, and with it the sum of the header's bytes. */
function withText(entry, changed) {
  const content = Buffer.from(changed);
  const header = Buffer.from(entry.header);
  octal(header, FIELD.size, content.length);
  header.fill(' ', FIELD.checksum[0], FIELD.checksum[0] + FIELD.checksum[1]);
  octal(
    header,
    [FIELD.checksum[0], 7],
    header.reduce((sum, byte) => sum + byte, 0),
  );
  return { ...entry, header, content };
}

/** Digits to the end of the field, and a zero byte. */
function octal(header, [at, length], value) {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

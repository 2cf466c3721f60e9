import type { Random } from './random.ts';

type Change = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

const cut: Change = (bytes, random) => bytes.slice(0, random.below(bytes.length));

const flip: Change = (bytes, random) => {
  for (let i = random.below(4); i >= 0; i--) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  return bytes;
};

const overwrite: Change = (bytes, random) => {
  for (let i = 0; i < 10; i++) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
};

/** Where a FlatBuffers file has an offset, a length or a vtable, this changes it. */
const extremeWord: Change = (bytes, random) => {
  if (bytes.length < 4) return bytes;
  const at = random.below(bytes.length - 3) & (random.once(4) ? ~0 : ~3);
  viewOf(bytes).setUint32(at, random.extreme(), true);
  return bytes;
};

/** A small step: an offset or a length that is nearly right, and may lead in a circle. */
const nearWord: Change = (bytes, random) => {
  if (bytes.length < 4) return bytes;
  const view = viewOf(bytes);
  const at = random.below(bytes.length - 3) & ~1;
  if (random.once(2)) view.setInt32(at, view.getInt32(at, true) + 4 * (random.below(17) - 8), true);
  else view.setUint16(at, view.getUint16(at, true) + 2 * (random.below(9) - 4), true);
  return bytes;
};

/** A word that stands elsewhere in the file: an offset that leads to something of another kind. */
const copyWord: Change = (bytes, random) => {
  bytes.copyWithin(random.below(bytes.length) & ~3, random.below(bytes.length) & ~3, bytes.length - 4);
  return bytes;
};

const copyPart: Change = (bytes, random) => {
  const from = random.below(bytes.length);
  bytes.copyWithin(random.below(bytes.length), from, from + random.below(64));
  return bytes;
};

const splice: Change = (bytes, random, others) => {
  const other = random.pick(others);
  const [head, tail] = [random.below(bytes.length), random.below(other.length)];
  return Uint8Array.from([...bytes.subarray(0, head), ...other.subarray(tail, tail + 4096)]);
};

const insert: Change = (bytes, random) => {
  const at = random.below(bytes.length);
  return Uint8Array.from([
    ...bytes.subarray(0, at),
    ...random.bytes(1 + random.below(8)),
    ...bytes.subarray(at),
  ]);
};

const CHANGES = [
  cut,
  flip,
  flip,
  overwrite,
  extremeWord,
  extremeWord,
  nearWord,
  nearWord,
  copyWord,
  copyPart,
  splice,
  insert,
];

/** A damaged copy of one of the files. */
export function damaged(files: readonly Uint8Array[], random: Random): Uint8Array {
  const file = random.pick(files);
  let bytes: Uint8Array = file.slice();
  for (let i = random.below(3); i >= 0 && bytes.length > 0; i--) {
    bytes = random.pick(CHANGES)(bytes, random, files);
  }
  return bytes;
}

/** Mostly small numbers, as files are: they get further than noise does. */
export function randomBytes(random: Random): Uint8Array {
  const most = random.once(4) ? 256 : 8;
  return Uint8Array.from({ length: random.below(300) }, () => random.below(random.once(3) ? 256 : most));
}

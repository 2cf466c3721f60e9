const ASCII_SIGNATURES: readonly (readonly [text: string, at: number, what: string])[] = [
  ['\x89PNG', 0, 'a PNG image'],
  ['\xff\xd8\xff', 0, 'a JPEG image'],
  ['BM', 0, 'a BMP image'],
  ['GIF8', 0, 'a GIF image'],
  ['PK\x03\x04', 0, 'a ZIP archive (a PyTorch model?)'],
  ['\x1f\x8b', 0, 'a gzip archive'],
  ['\x7fELF', 0, 'a program'],
  ['%PDF', 0, 'a PDF document'],
  ['GGUF', 0, 'a GGUF model'],
  ['\x89HDF', 0, 'an HDF5 file (a Keras model?)'],
  ['TFL3', 4, 'a TensorFlow Lite model; convert it with mnnconvert first'],
];

/** Printable ASCII and line ends only: no binary file starts so, a FlatBuffers file least of all. */
const TEXT_PROBE = 64;

/** What the file is, where its first bytes give it away; undefined when it may be a model. */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  for (const [text, at, what] of ASCII_SIGNATURES) {
    if ([...text].every((character, i) => bytes[at + i] === character.charCodeAt(0))) return what;
  }
  const start = bytes.subarray(0, TEXT_PROBE);
  if (!start.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13)) {
    return undefined;
  }
  return bytes[0] === 0x7b || bytes[0] === 0x5b ? 'a JSON or text file' : 'a text file';
}

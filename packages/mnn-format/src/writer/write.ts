import { MnnFormatError } from '../error.ts';
import { ROOT_TABLE, tableDescriptors } from '../generated/descriptors.ts';
import type { Net } from '../generated/tables.ts';
import { Encoder } from './encoder.ts';
import { ByteSink } from './sink.ts';
import { encodeTable } from './table.ts';

/** FlatBuffers reach every byte with signed 32-bit offsets. */
const MAX_FILE_BYTES = 2 ** 31 - 1;
const ROOT_OFFSET_BYTES = 4;

/**
 * The bytes of a `.mnn` file. The same model gives the same bytes. Absent and empty vectors stay what
 * they are; all scalars are written, defaults too.
 *
 * @throws MnnFormatError with the place of a value that its field cannot hold, or when the file would
 * be larger than the format allows (2^31 - 1 bytes)
 */
export function writeModel(net: Net): Uint8Array {
  for (const field of ['oplists', 'tensorName'] as const) {
    if (net[field] === undefined)
      throw new MnnFormatError(`expected ${field}: MNN refuses a file without it`, 'net');
  }
  const counter = new ByteSink();
  encodeRoot(counter, net);
  if (counter.position > MAX_FILE_BYTES) {
    throw new MnnFormatError(
      `the file would have ${counter.position} bytes, but .mnn allows ${MAX_FILE_BYTES}; ` +
        'keep the weights in an external file (mnnconvert --saveExternalData)',
      'net',
    );
  }
  const bytes = new Uint8Array(counter.position);
  encodeRoot(new ByteSink(bytes), net);
  return bytes;
}

function encodeRoot(sink: ByteSink, net: Net): void {
  const encoder = new Encoder(sink);
  const root = sink.reserve(ROOT_OFFSET_BYTES);
  encoder.path.enter('net', () => {
    sink.link(root, encodeTable(encoder, tableDescriptors[ROOT_TABLE]!, net));
  });
  sink.align(ROOT_OFFSET_BYTES); // as FlatBuffers builders do, so that files can be embedded
}

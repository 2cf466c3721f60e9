import { type InterpAttributes, interpTaps, NO_EXTENT, type Taps, type TensorDesc } from '@mnnquant/graph';
import { view } from '../device/gpu-array.ts';
import { program } from '../device/program.ts';
import type { KernelBinder } from './context.ts';
import { canStart } from './threads.ts';

/** x [planes, H, W]; tables [2, taps, outputs] of source positions and weights. */
const RESAMPLE = program({
  name: 'resample',
  rank: 3,
  parameters: { x: 'array', rows: 'array', columns: 'array', rowTaps: 'integer', columnTaps: 'integer' },
  body: `
    let sum = 0.0;
    for (let i = 0; i < rowTaps; i++) {
      const iy = rows[0][i][this.thread.y];
      let line = 0.0;
      for (let j = 0; j < columnTaps; j++) {
        const ix = columns[0][j][this.thread.x];
        line += x[this.thread.z][iy][ix] * columns[1][j][this.thread.x];
      }
      sum += line * rows[1][i][this.thread.y];
    }
    return sum;`,
});

/** Resizing of NCHW lines and planes whose size is known beforehand; NHWC and volumes are left to the reference. */
export const bindInterp: KernelBinder = ({ device, constants }, node, inputs, [output]) => {
  const [x, size] = inputs;
  if (x?.dtype !== 'float32' || x.layout === 'NHWC' || x.shape.length > 4) return undefined;
  if (inputs.length > 1 && size?.value === undefined) return undefined;
  const { planes, height, width, outHeight, outWidth, vertical, horizontal } = resampling(
    node.attributes as InterpAttributes,
    x,
    size,
    output,
  );
  const threads = [outWidth, outHeight, planes] as const;
  if (!canStart(device, threads)) return undefined;
  const role = `of ${x.shape} to ${output.shape} by ${size?.value ?? 'attributes'}`;
  const [rowTaps, columnTaps] = [vertical.taps[0].length, horizontal.taps[0].length];
  return async ([source]) => {
    const rows = await constants.get(node, `rows ${role}`, () => tapTable(vertical));
    const columns = await constants.get(node, `columns ${role}`, () => tapTable(horizontal));
    const args = {
      x: view(source!, width, height, planes),
      rows: view(rows, outHeight, rowTaps, 2),
      columns: view(columns, outWidth, columnTaps, 2),
      rowTaps,
      columnTaps,
    };
    return [await device.run(RESAMPLE, args, threads)];
  };
};

/** Lines lie along x, where a group has the most threads. */
function resampling(
  attributes: InterpAttributes,
  x: TensorDesc,
  size: TensorDesc | undefined,
  output: TensorDesc,
) {
  const given = size && { ...size, data: size.value! };
  const taps = interpTaps(attributes, x, output, given);
  const [vertical, horizontal] = taps.length === 1 ? [NO_EXTENT, taps[0]] : taps;
  const [height, width] = taps.length === 1 ? [1, x.shape[2]] : x.shape.slice(2);
  const [outHeight, outWidth] = taps.length === 1 ? [1, output.shape[2]] : output.shape.slice(2);
  return { planes: x.shape[0] * x.shape[1], height, width, outHeight, outWidth, vertical, horizontal };
}

/** Positions [taps, outputs], then weights [taps, outputs]. */
function tapTable({ taps }: Taps): Float32Array {
  const count = taps[0].length;
  const table = new Float32Array(2 * count * taps.length);
  for (const [output, own] of taps.entries())
    for (const [tap, { at, weight }] of own.entries()) {
      table[tap * taps.length + output] = at;
      table[(count + tap) * taps.length + output] = weight;
    }
  return table;
}

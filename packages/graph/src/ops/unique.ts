import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorData, TensorDesc } from '../tensor.ts';
import { knownContents, required } from './support/inputs.ts';

/** Number of outputs: 1 the values; 2 and the place of each element among them; 3 or 4 as ONNX has it. */
export interface UniqueAttributes {
  readonly outputs: number;
}

/**
 * The different values of x, ascending, and where they are. Two outputs (TensorFlow): values, the place of each
 * element among them. Three or four (ONNX): values, first position of each, the places, how often each occurs.
 *
 * Floats are told apart and ordered by their bits read as whole numbers (CPUUnique.cpp, MNN 3.6.1): negative
 * ones come first, but from small to large magnitude.
 */
export const unique: OpDefinition<UniqueAttributes> = {
  name: 'Unique',
  opTypes: [OpType.Unique],
  parse: (_, { outputCount, where }) => {
    if (outputCount < 1 || outputCount > 4)
      throw new GraphError(`${where}: expected 1 to 4 outputs, got ${outputCount}`);
    return { outputs: outputCount };
  },
  shape({ outputs }, inputs, where) {
    const { dtype, layout, shape } = required(inputs, 0, where);
    if (dtype !== 'int32' && dtype !== 'float32')
      throw new GraphError(`${where}: expected floats or whole numbers, got ${dtype}`);
    const [x] = knownContents(inputs.slice(0, 1), where);
    const found = distinctBits(x!).length;
    const all = shape.reduce((product, extent) => product * extent, 1);
    const values: TensorDesc = { shape: [found], dtype, layout };
    const counts = (length: number): TensorDesc => ({ shape: [length], dtype: 'int32', layout });
    const rest = outputs <= 2 ? [counts(all)] : [counts(found), counts(all), counts(found)];
    return [values, ...rest].slice(0, outputs);
  },
  reference({ outputs }, inputs, results) {
    const x = required(inputs, 0, 'Unique');
    const bits = distinctBits(x);
    const places = new Map([...bits].map((value, place) => [value, place]));
    const each = bitsOf(x).map((value) => places.get(value)!);
    write(results[0], bits);
    if (outputs === 2) results[1].data.set(each);
    if (outputs < 3) return;
    for (let i = each.length - 1; i >= 0; i--) results[1].data[each[i]] = i;
    results[2].data.set(each);
    if (outputs < 4) return;
    results[3].data.fill(0);
    for (const place of each) results[3].data[place]++;
  },
  cases: () => [
    {
      title: 'three dimensions',
      attributes: { outputs: 3 },
      inputs: [{ shape: [2, 1, 3], dtype: 'int32', data: [4, -7, 4, 0, 0, 2] }],
    },
    {
      title: 'four dimensions, channels last',
      attributes: { outputs: 1 },
      inputs: [{ shape: [1, 2, 1, 2], layout: 'NHWC', data: [0.25, -0.5, -2, 0.25] }],
    },
    { title: 'nothing', attributes: { outputs: 4 }, inputs: [{ shape: [0], dtype: 'int32' }] },
    {
      title: 'whole numbers, four outputs',
      attributes: { outputs: 4 },
      inputs: [{ shape: [6], dtype: 'int32', data: [5, -1, 5, 3, 3, 5] }],
    },
    {
      title: 'floats, two outputs',
      attributes: { outputs: 2 },
      inputs: [{ shape: [2, 2], data: [0.5, -1, 0.5, 2] }],
    },
  ],
};

function bitsOf({ dtype, data }: HostTensor): Int32Array {
  return dtype === 'float32' ? new Int32Array(Float32Array.from(data).buffer) : Int32Array.from(data);
}

function distinctBits(x: HostTensor): Int32Array {
  return Int32Array.from(new Set(bitsOf(x))).sort();
}

function write({ dtype, data }: { dtype: HostTensor['dtype']; data: TensorData }, bits: Int32Array): void {
  data.set(dtype === 'float32' ? new Float32Array(bits.buffer) : bits);
}

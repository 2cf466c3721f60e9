import {
  type ConvolutionAttributes,
  type HostTensor,
  INT8_CASTS,
  INT8_OPS,
  type Int8ConvolutionAttributes,
  type QuantParams,
  requantization,
} from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';

const params = (scale: number, zeroPoint = 0, min = -127, max = 127): QuantParams => ({
  scale,
  zeroPoint,
  min,
  max,
});

interface Given extends Partial<ConvolutionAttributes> {
  readonly weights: readonly number[];
  readonly weightScale?: number;
  readonly bias?: never;
  readonly biases?: readonly number[];
  readonly from?: QuantParams;
  readonly to?: QuantParams;
}

/** A 1x1 convolution unless more is said; as many input channels as the weights of one output channel. */
function attributesOf(given: Given): Int8ConvolutionAttributes {
  const { weights, weightScale = 1, biases, from = params(1), to = params(1), ...op } = given;
  const outputs = op.outputChannels ?? 1;
  return {
    op: {
      depthwise: false,
      group: op.depthwise ? outputs : 0,
      outputChannels: outputs,
      inputChannels: 0,
      kernel: [1, 1],
      stride: [1, 1],
      dilation: [1, 1],
      padMode: 0,
      pads: [0, 0, 0, 0],
      relu: false,
      relu6: false,
      ...op,
      weight: Float32Array.from(weights),
      bias: undefined,
    },
    inputs: [from],
    outputs: [to],
    weightScales: new Float32Array(outputs).fill(weightScale),
    bias: Float32Array.from(biases ?? new Array(outputs).fill(0)),
  };
}

function run(given: Given, shape: readonly number[], data: readonly number[]): number[] {
  const name = given.depthwise ? 'ConvolutionDepthwise' : 'Convolution';
  const { definition } = INT8_OPS[name];
  const attributes = attributesOf(given);
  const x: HostTensor = { shape, dtype: 'float32', layout: 'NCHW', data: Float32Array.from(data) };
  const [desc] = definition.shape(attributes, [x], 'here');
  const y = { ...desc, data: new Float32Array(desc.shape.reduce((a, b) => a * b, 1)) };
  definition.reference(attributes, [x], [y]);
  return Array.from(y.data);
}

describe('Int8Convolution', () => {
  it('adds the bias as a float: 10 * 0.5 * 0.25 + 0.3 are 3.1 steps of 0.5', () => {
    const given = { weights: [5], weightScale: 0.25, biases: [0.3], from: params(0.5), to: params(0.5) };
    expect(run(given, [1, 1, 1, 1], [2])).toEqual([3]);
  });

  it('rounds halves away from zero, and cuts off at the ends', () => {
    const given = { weights: [1], weightScale: 0.5 };
    expect(run(given, [1, 1, 1, 4], [3, -3, 1, -1])).toEqual([2, -2, 1, -1]);
    expect(run({ weights: [100], to: params(1, 0, -90, 100) }, [1, 1, 1, 2], [2, -2])).toEqual([100, -90]);
  });

  it('takes zero points off the input and puts them on the output', () => {
    const given = { weights: [2, 3], from: params(1, -10), to: params(1, 20) };
    // 2 * (4 + 10) + 3 * (-12 + 10) = 22.
    expect(run(given, [1, 2, 1, 1], [4, -12])).toEqual([42]);
  });

  it('pads with what stands for zero', () => {
    const given = {
      weights: [1, 1, 1],
      kernel: [1, 3] as const,
      pads: [0, 1, 0, 1] as const,
      from: params(1, 7),
      to: params(1, -5),
    };
    expect(run(given, [1, 1, 1, 2], [8, 10])).toEqual([4 - 5, 4 - 5]);
  });

  it('bounds by the zero point for ReLU and for ReLU6, which has no bound above', () => {
    for (const activation of [{ relu: true }, { relu6: true }])
      expect(run({ weights: [1], to: params(1, -3), ...activation }, [1, 1, 1, 2], [-50, 50])).toEqual([
        -3, 47,
      ]);
  });

  it('counts in whole numbers beyond 2^24', () => {
    const channels = 1100;
    const weights = new Array(channels).fill(127);
    // 1100 * 127 * 127 = 17741900; one less weight than that is told apart.
    weights[0] = 126;
    const given = { weights, weightScale: 1, to: params(17741900 - 127, 0) };
    expect(run(given, [1, channels, 1, 1], new Array(channels).fill(127))).toEqual([1]);
  });

  it('gives the upper end where the scale of a channel is not a number', () => {
    const given = { weights: [1], weightScale: Number.NaN };
    expect(run(given, [1, 1, 1, 1], [3])).toEqual([127]);
    const lower = { ...given, depthwise: true };
    expect(run(lower, [1, 1, 1, 1], [3])).toEqual([-127]);
  });

  it('says where scales are missing', () => {
    const attributes = attributesOf({ weights: [1], from: params(0) });
    expect(() => requantization(attributes, 'conv1')).toThrow(/conv1: expected scales above 0.* got 0 and 1/);
  });
});

describe('Int8ConvolutionDepthwise', () => {
  it('cuts the fraction off a bias in steps of the sums', () => {
    // 1.9 / (1 * 1) becomes 1.
    expect(run({ weights: [2], depthwise: true, biases: [1.9] }, [1, 1, 1, 1], [5])).toEqual([11]);
    expect(run({ weights: [2], depthwise: true, biases: [-1.9] }, [1, 1, 1, 1], [5])).toEqual([9]);
  });

  it('cuts the fraction off the zero point of the output in these steps', () => {
    // 3 / (0.4 * 1 / 1) = 7.5 becomes 7: (10 + 7) * 0.4 = 6.8.
    const given = { weights: [2], depthwise: true, weightScale: 0.4, to: params(1, 3) };
    expect(run(given, [1, 1, 1, 1], [5])).toEqual([7]);
  });

  it('counts a scale below 1e-6 as 1e-6', () => {
    const given = { weights: [100], depthwise: true, weightScale: 1e-9, to: params(1e-4) };
    expect(run(given, [1, 1, 1, 1], [100])).toEqual([100]);
  });
});

describe('casts', () => {
  const cast = (name: keyof typeof INT8_CASTS, scale: QuantParams, values: readonly number[]) => {
    const x: HostTensor = {
      shape: [values.length],
      dtype: 'float32',
      layout: 'NCHW',
      data: Float32Array.from(values),
    };
    const y = { ...x, data: new Float32Array(values.length) };
    INT8_CASTS[name].reference(scale, [x], [y]);
    return Array.from(y.data);
  };

  it('FloatToInt8 rounds halves away from zero and cuts off at the ends; NaN is the upper one', () => {
    const values = [0.25, -0.25, 0.74, 100, -100, Number.NaN];
    expect(cast('FloatToInt8', params(0.5), values)).toEqual([1, -1, 1, 127, -127, 127]);
    expect(cast('FloatToInt8', params(0.5, 10, -128, 120), [0, 2, 100, -100])).toEqual([10, 14, 120, -128]);
  });

  it('Int8ToFloat undoes it', () => {
    expect(cast('Int8ToFloat', params(0.5, 10), [10, 14, -128])).toEqual([0, 2, -69]);
  });
});

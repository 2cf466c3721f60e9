import type { Net } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { run } from './run-main.ts';
import { smallJob, smallNet } from './scratch.ts';

/** The small net with something else in one of its convolutions. */
function netWith(name: string, what: 'weight' | 'bias', places: readonly number[], value: number): Net {
  const net = smallNet();
  for (const { name: own, main } of net.oplists!)
    if (own === name && main?.type === 'Convolution2D')
      for (const place of places) main.value[what]![place] = value;
  return net;
}

function quantize(net: Net, change: object = {}) {
  const { source, target, config } = smallJob({ ...change }, net);
  return run(source, target, config);
}

/** Without progress. */
const messages = (stderr: string) => stderr.split('\n').filter((line) => /^(warning|error): /.test(line));

describe('weights that are NaN or infinite', () => {
  it.each([
    ['KL', {}],
    ['EMA', { feature_quantize_method: 'EMA' }],
    ['AUTO', { feature_quantize_method: 'AUTO' }],
    ['GPTQ and corrections', { weight_quantize_method: 'GPTQ', equalize: true, bias_correction: true }],
  ])('end a run before samples are read, with the name of their op: %s', async (_, change) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const { code, stderr } = await quantize(netWith('conv1', 'weight', [1, 2, 50], value), change);
      expect(code).toBe(1);
      expect(stderr).toBe(
        'error: conv1: 3 of its 108 weights are NaN or infinite: they cannot be quantized; the float model is broken, convert it again\n',
      );
    }
  });

  it('are told of all ops at once', async () => {
    const net = netWith('conv2', 'weight', [0], Number.NaN);
    const { oplists } = netWith('conv1', 'weight', [7], Number.NaN);
    const { stderr } = await quantize({ ...net, oplists: [...oplists!.slice(0, 2), net.oplists![2]!] });
    expect(stderr).toContain('error: conv1: 1 of its 108 weights, conv2: 1 of its 72 weights are NaN');
  });

  it('in an op that stays float are warned of before what comes of them', async () => {
    const net = netWith('conv1', 'weight', [1], Number.NaN);
    const { code, stderr } = await quantize(net, { skip_quant_op_names: ['conv1'] });
    expect(code).toBe(1);
    expect(messages(stderr)).toEqual([
      'warning: conv1: 1 of its 108 weights is NaN or infinite',
      expect.stringMatching(/^error: conv2: expected finite numbers/),
    ]);
  });
});

describe('biases that are NaN or infinite', () => {
  it.each([Number.NaN, Number.NEGATIVE_INFINITY])(
    'end a run where int8 would round them, with the name of their op: %s',
    async (value) => {
      const { code, stderr } = await quantize(netWith('conv1', 'bias', [3], value));
      expect([code, messages(stderr)]).toEqual([
        1,
        [
          'error: conv1: 1 of its 4 biases is NaN or infinite: it cannot be quantized; the float model is broken, convert it again',
        ],
      ]);
    },
  );

  it('are warned of in an op that stays float, where a ReLU may make 0 of them', async () => {
    const net = netWith('conv1', 'bias', [3], Number.NEGATIVE_INFINITY);
    const { code, stderr } = await quantize(net, { skip_quant_op_names: ['conv1'] });
    expect([code, messages(stderr)]).toEqual([0, ['warning: conv1: 1 of its 4 biases is NaN or infinite']]);
  });
});

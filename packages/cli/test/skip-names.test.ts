import { describe, expect, it } from 'vitest';
import { idleSkips, type NamedOp, selectSkips } from '../src/skip-names.ts';

const ops: readonly NamedOp[] = [
  { name: 'image', type: 'Input' },
  { name: 'anchors', type: 'Const' },
  { name: 'conv1', type: 'Convolution' },
  { name: 'conv10', type: 'Convolution' },
  { name: 'conv1/dw', type: 'ConvolutionDepthwise' },
  { name: 'conv*', type: 'Pooling' },
  { name: '/model/head[0]/Conv (a+b)', type: 'Convolution' },
  { name: 'scope:0', type: 'BinaryOp' },
  { name: 'type:odd', type: 'BinaryOp' },
  { name: 'twice', type: 'ReLU' },
  { name: 'twice', type: 'ReLU6' },
  { name: 'a.b', type: 'UnaryOp' },
  { name: 'c-d', type: 'UnaryOp' },
];

const namesOf = (pattern: string): readonly string[] => {
  const { matches, problems } = selectSkips(ops, [pattern]);
  expect(problems).toEqual([]);
  return matches[0]!.names;
};

describe('a pattern', () => {
  it.each([
    ['conv1', ['conv1']],
    ['conv*', ['conv*']],
    ['conv1*', ['conv1', 'conv10', 'conv1/dw']],
    ['conv1?', ['conv10']],
    ['conv1?*', ['conv10', 'conv1/dw']],
    ['*/dw', ['conv1/dw']],
    ['/model/*', ['/model/head[0]/Conv (a+b)']],
    ['*head[0]*', ['/model/head[0]/Conv (a+b)']],
    ['*(a+b)', ['/model/head[0]/Conv (a+b)']],
    ['scope:*', ['scope:0']],
    ['type:odd', ['type:odd']],
    ['type:ConvolutionDepthwise', ['conv1/dw']],
    ['type:Conv*', ['conv1', 'conv10', 'conv1/dw', '/model/head[0]/Conv (a+b)']],
    ['type:ReLU', ['twice']],
    ['twice', ['twice']],
    ['a?b', ['a.b']],
    ['a.*', ['a.b']],
    ['c-*', ['c-d']],
  ])('%s', (pattern, names) => {
    expect(namesOf(pattern)).toEqual(names);
  });

  it('* is everything that computes', () => {
    const { names, idle } = selectSkips(ops, ['*']).matches[0]!;
    expect(names).toHaveLength(10);
    expect(idle).toEqual(['Input', 'Const']);
  });

  it('takes the dot and characters beyond 16 bits for what they are', () => {
    const odd = [
      { name: 'axb', type: 'ReLU' },
      { name: 'x😀y\nz', type: 'ReLU' },
    ];
    expect(selectSkips(odd, ['a.*']).problems).toHaveLength(1);
    expect(selectSkips(odd, ['x?y?z']).matches[0]!.names).toEqual(['x😀y\nz']);
  });
});

describe('what matches nothing', () => {
  it('is told for every pattern, with the nearest', () => {
    const { problems, matches } = selectSkips(ops, ['conw10', 'type:ConvDepthwise', 'hed*', 'conv1']);
    expect(matches).toHaveLength(1);
    expect(problems).toEqual([
      expect.stringMatching(/^skip_quant_op_names: the model has no op "conw10"; the nearest are "conv10", /),
      expect.stringMatching(/has no op of type "ConvDepthwise"; the nearest are "type:Convolution/),
      expect.stringMatching(/has no op that matches "hed\*"; the nearest are /),
    ]);
  });

  it('in a model without ops', () => {
    expect(selectSkips([], ['a']).problems).toEqual(['skip_quant_op_names: the model has no op "a"']);
  });
});

it('inputs and constants are nothing to skip, which is said', () => {
  const { matches } = selectSkips(ops, ['image', 'anchors', 'conv1', 'type:Input']);
  expect(idleSkips(matches)).toEqual([
    'skip_quant_op_names: "image" has no effect, it matches Input only; name the ops that read it',
    expect.stringContaining('"anchors" has no effect, it matches Const only'),
    expect.stringContaining('"type:Input" has no effect'),
  ]);
});

it('a pattern given twice counts once', () => {
  expect(selectSkips(ops, ['conv1', 'conv1']).matches).toHaveLength(1);
});

import { buildGraph, OPS, UNSUPPORTED_ORIGINS, UnsupportedOpError } from '@mnnquant/graph';
import {
  createTable,
  type Net,
  type Op,
  OpType,
  opTypeName,
  readModel,
  writeModel,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { inputOp, smallNet } from './support/small-net.ts';

/** A net with ops of these types, called after them. */
function netOf(...types: (keyof typeof OpType)[]): Net {
  const net = smallNet([inputOp('x', 1)]);
  const strange = types.map((type) => createTable('Op', { type: OpType[type], name: `my_${type}` }));
  return { ...net, oplists: [...net.oplists!, ...strange] };
}

function errorOf(net: Net): UnsupportedOpError {
  try {
    buildGraph(net);
  } catch (error) {
    if (error instanceof UnsupportedOpError) return error;
    throw error;
  }
  throw new Error('the graph was built');
}

describe('ops that cannot be evaluated', () => {
  it('are all listed, with name and type', () => {
    const net = netOf('Extra');
    const nameless = createTable('Op', { type: OpType.Plugin } as Partial<Op>);
    const error = errorOf({ ...net, oplists: [...net.oplists!, nameless] });
    expect(error.ops).toEqual([
      { name: 'my_Extra', type: 'Extra' },
      { name: 'Plugin_2', type: 'Plugin' },
    ]);
  });

  it('are counted beyond the fifth', () => {
    const { message } = errorOf(netOf('Extra', 'Extra', 'Extra', 'Extra', 'Extra', 'Plugin', 'Extra'));
    expect(message).toMatch(/^7 op\(s\) of type Extra, Plugin cannot be evaluated: my_Extra \(Extra\), /);
    expect(message).toContain('and 2 more. What Extra, Plugin compute is not in the file');
  });

  const advice: [type: keyof typeof OpType, advice: string][] = [
    ['Attention', 'convert the model without it'],
    ['FmhaV2', 'with --transformerFuse: convert the model without it'],
    ['Fmhca', 'with --transformerFuse: convert the model without it'],
    ['LinearAttention', 'come from the export of language models'],
    ['RoPE', 'come from the export of language models'],
    ['FusedLinear', 'come from the export of language models'],
    ['GatedRMSNorm', 'give it --quant_bit 8'],
    ['Plugin', 'replace them by plain ops before converting'],
    ['Extra', 'cut the model off before them and quantize the rest'],
    ['QuantizedAdd', 'give the float model'],
    ['Dequantize', 'give the float model'],
    ['ReluGrad', 'give the model made for inference'],
    ['RandomUniform', 'make their result an input'],
    ['Texture', 'cut it off behind them'],
    ['AsString', 'MNN 3.6.1 does not run AsString either'],
  ];
  it.each(advice)('%s: named, with what to do; the model can be read and written', (type, text) => {
    const net = netOf(type);
    const { message } = errorOf(net);
    expect(message).toContain(`my_${type} (${type})`);
    expect(message).toContain(text);
    const again = readModel(writeModel(net)).net.oplists!;
    expect(again.map((op) => [op.name, op.type])).toEqual(net.oplists!.map((op) => [op.name, op.type]));
  });

  it('of several origins get the advice of each', () => {
    const { message } = errorOf(netOf('RoPE', 'Attention', 'Texture', 'FusedLinear'));
    expect(message).toContain('fuses Attention out of plain ops');
    expect(message).toContain('FusedLinear, RoPE come from');
    expect(message).toContain('Texture prepare pictures');
  });

  it('are, together with those that can, all of the schema, each once', () => {
    const sources = ['Input', 'Const', 'TrainableParam'];
    const evaluated = OPS.flatMap(({ opTypes }) => opTypes.map(opTypeName));
    const refused = UNSUPPORTED_ORIGINS.flatMap(({ types }) => types);
    expect([...sources, ...evaluated, ...refused].sort()).toEqual(Object.keys(OpType).sort());
  });

  it('of a newer schema are named by number', () => {
    const net = smallNet([inputOp('x', 1)]);
    const newer = createTable('Op', { type: 9999, name: 'later' } as Partial<Op>);
    const { message } = errorOf({ ...net, oplists: [...net.oplists!, newer] });
    expect(message).toContain('later (OpType(9999)). Convert the model without OpType(9999)');
  });
});

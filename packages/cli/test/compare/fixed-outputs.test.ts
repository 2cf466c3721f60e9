import { buildGraph, createPlan } from '@mnnquant/graph';
import { createTable, type Net, OpType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { compareModels } from '../../src/commands/compare/compare-models.ts';
import { fixedOutputs, replacedNote, withOutputs } from '../../src/commands/compare/fixed-outputs.ts';
import { quantizeFile } from '../../src/quantize-file.ts';
import { op, smallJob, smallNet } from '../scratch.ts';

/** Two convolutions, and the different values behind the second: as many as there happen to be; besides as whole numbers. */
function countingNet(outputName: string[]): Net {
  const net = smallNet();
  const cast = createTable('CastParam', { srcT: 1, dstT: 3 });
  return {
    ...net,
    oplists: [
      ...net.oplists!,
      op('values', OpType.Unique, [2], 3),
      op('whole', OpType.Cast, [3], 4, { type: 'CastParam', value: cast }),
    ],
    tensorName: ['image', 'conv1', 'conv2', 'values', 'whole'],
    outputName,
  };
}

const compared = (outputs: string[]) => {
  const net = countingNet(outputs);
  return fixedOutputs(createPlan(buildGraph(net)));
};

describe('what networks are compared by', () => {
  it('is its outputs', () => {
    expect(compared(['conv2', 'conv1'])).toEqual({ names: ['conv2', 'conv1'], replaced: [] });
  });

  it('is what outputs whose sizes depend on the data are made of, once', () => {
    expect(compared(['whole'])).toEqual({
      names: ['conv2'],
      replaced: [{ name: 'whole', because: 'size', by: ['conv2'] }],
    });
    expect(compared(['values', 'conv2', 'whole'])).toEqual({
      names: ['conv2'],
      replaced: [
        { name: 'values', because: 'size', by: ['conv2'] },
        { name: 'whole', because: 'size', by: ['conv2'] },
      ],
    });
  });

  it('is not the input', () => {
    const net = { ...countingNet(['values', 'conv2']) };
    const oplists = net.oplists!.map((one) =>
      one.name === 'values' ? op('values', OpType.Unique, [0], 3) : one,
    );
    const plan = createPlan(buildGraph({ ...net, oplists }));
    expect(fixedOutputs(plan)).toEqual({
      names: ['conv2'],
      replaced: [{ name: 'values', because: 'size', by: [] }],
    });
  });

  it.each([
    ['has no name', ''],
    ['has the name of another', 'conv1'],
    ['has the name of one behind it', 'whole'],
  ])('is further back what can be asked for by its name, where a tensor %s', (_, name) => {
    const net = countingNet(['values']);
    // What conv2 makes of conv1's result cannot be named, and once not that result either.
    const [image, conv1, conv2, values, whole] = net.oplists!;
    const before = op('before', OpType.Sigmoid, [0], 5);
    const first = { ...conv1!, inputIndexes: Int32Array.of(5) };
    const named = { ...net, tensorName: ['image', 'conv1', name, 'values', 'whole', 'before'] };
    const made = { ...named, oplists: [image!, before, first, conv2!, values!, whole!] };
    expect(fixedOutputs(createPlan(buildGraph(made)))).toEqual({
      names: [name === 'conv1' ? 'before' : 'conv1'],
      replaced: [{ name: 'values', because: 'size', by: [name === 'conv1' ? 'before' : 'conv1'] }],
    });
  });

  it.each(['', 'conv1'])('is what an output is made of that has no name of its own: "%s"', (name) => {
    const net = countingNet([]);
    const beside = op('beside', OpType.Sigmoid, [2], 5);
    const made = {
      ...{ ...net, oplists: [...net.oplists!, beside] },
      tensorName: ['image', 'conv1', 'conv2', 'values', 'whole', name],
    };
    const compared = fixedOutputs(createPlan(buildGraph(made)));
    expect(compared).toEqual({
      names: ['conv2'],
      replaced: [
        { name: 'whole', because: 'size', by: ['conv2'] },
        { name: name || 'tensor_5', because: 'name', by: ['conv2'] },
      ],
    });
    expect(compared.replaced.map(replacedNote)[1]).toBe(
      `the output ${name || 'tensor_5'} has no name of its own: it is compared by conv2, of which it is made`,
    );
  });

  it('changes nothing of a model but its outputs', () => {
    const model = { net: countingNet(['whole']) } as never;
    expect(withOutputs(model, ['conv2'])).toEqual({ net: countingNet(['conv2']) });
  });
});

describe('AUTO with an output whose size depends on the data', () => {
  it('judges what it is made of, says so, and leaves the output in the file', async () => {
    const { source, target, config } = smallJob({}, countingNet(['whole']));
    const warned: string[] = [];
    const { auto } = await quantizeFile({
      source,
      target,
      config,
      auto: {},
      threads: 1,
      onWarning: (message) => warned.push(message),
    });
    for (const { error, outputs } of auto!.trials) {
      expect(error).not.toBeNull();
      expect(outputs.map(({ name }) => name)).toEqual(['conv2']);
    }
    expect(warned).toContain(
      'AUTO: the size of the output whole depends on the data: it is compared by conv2, of which it is made',
    );
  });
});

describe('compare with an output whose size depends on the data', () => {
  it('compares what it is made of, and says so', async () => {
    const { source, target, config } = smallJob({}, countingNet(['whole', 'conv1']));
    await quantizeFile({ source, target, config, threads: 1 });
    const { outputs, warnings } = await compareModels({ a: source, b: target, config, threads: 1 });
    expect(outputs.map(({ name, equal }) => [name, equal])).toEqual([
      ['conv2', false],
      ['conv1', false],
    ]);
    expect(warnings).toContain(
      'the size of the output whole depends on the data: it is compared by conv2, of which it is made',
    );
  });
});

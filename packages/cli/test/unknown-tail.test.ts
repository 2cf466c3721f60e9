import { readFileSync } from 'node:fs';
import { createTable, MNN_DATA_FORMAT, type Net, type Op, OpType, readModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { smallJob, smallNet } from './scratch.ts';

function op(name: string, type: number, input: number, output: number, main?: Op['main']): Op {
  return createTable('Op', {
    name,
    type,
    main,
    defaultDimentionFormat: MNN_DATA_FORMAT.NCHW,
    inputIndexes: Int32Array.of(input),
    outputIndexes: Int32Array.of(output),
  } as Partial<Op>);
}

const custom: Op['main'] = {
  type: 'Extra',
  value: createTable('Extra', { type: 'my_boxes', engine: 'mine', info: Int8Array.of(1, -2, 3) }),
};

/** Two convolutions, what only the user knows, and a softmax of it. */
function customNet(): Net {
  const net = smallNet();
  return {
    ...net,
    oplists: [
      ...net.oplists!,
      op('boxes', OpType.Extra, 2, 3, custom),
      op('scores', OpType.Softmax, 3, 4, { type: 'Axis', value: createTable('Axis', { axis: 1 }) }),
    ],
    tensorName: [...net.tensorName!, 'boxes', 'scores'],
    outputName: ['scores'],
  };
}

describe('a network with an op of its own behind the last convolution', () => {
  it.each(['KL', 'ADMM', 'EMA'])('is quantized by %s as it is without', async (method) => {
    const settings = { feature_quantize_method: method, debug: true };
    const custom = smallJob(settings, customNet());
    const outcome = await quantizeFile({ ...custom, memoryBytes: 2 ** 28 });
    const plain = smallJob(settings);
    await quantizeFile({ ...plain, memoryBytes: 2 ** 28 });
    const [written, without] = [custom, plain].map(({ target }) => readModel(readFileSync(target)).net);
    expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
    expect(written.extraTensorDescribe).toEqual(without.extraTensorDescribe);
    expect(written.oplists!.slice(0, 3)).toEqual(without.oplists);
    const source = readModel(readFileSync(custom.source)).net;
    expect(written.oplists!.slice(3)).toEqual(source.oplists!.slice(3));
    expect(written.outputName).toEqual(['scores']);
  });

  it('is told so', async () => {
    const job = smallJob({}, customNet());
    const outcome = await quantizeFile({ ...job, memoryBytes: 2 ** 28 });
    expect(outcome.warnings).toContain(
      'ops that cannot be evaluated are kept as they are, in float: boxes (Extra) and 1 that follow; no convolution follows them',
    );
    const summary = formatSummary(outcome);
    expect(summary).toContain('mnnquant cannot evaluate Extra: boxes (Extra)');
    expect(summary).toContain('it follows boxes (Extra), which mnnquant cannot evaluate: scores (Softmax)');
  });

  it('is refused where a convolution follows', async () => {
    const net = customNet();
    const [image, first, second, ...rest] = net.oplists!;
    const between = op('strange', OpType.Plugin, 1, 5);
    const later = { ...second, inputIndexes: Int32Array.of(5) } as Op;
    const tensorName = [...net.tensorName!, 'strange'];
    const job = smallJob({}, { ...net, oplists: [image, first, between, later, ...rest], tensorName });
    await expect(quantizeFile({ ...job, memoryBytes: 2 ** 28 })).rejects.toThrow(
      /strange \(Plugin\), boxes \(Extra\)\. What Extra, Plugin compute is not in the file/,
    );
  });
});

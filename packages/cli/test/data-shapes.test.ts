import { createTable, MNN_DATA_FORMAT, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { smallJob, smallNet } from './scratch.ts';

/** conv2's largest pixels: their number is known when the network has run. */
function findingNet(): Net {
  const net = smallNet();
  const op = (fields: Partial<Op>): Op =>
    createTable('Op', { defaultDimentionFormat: MNN_DATA_FORMAT.NCHW, ...fields } as Partial<Op>);
  const found = op({
    name: 'found',
    type: OpType.Where,
    main: { type: 'Extra', value: createTable('Extra', {}) },
    inputIndexes: Int32Array.of(2),
    outputIndexes: Int32Array.of(3),
  });
  const count = op({
    name: 'size',
    type: OpType.Size,
    inputIndexes: Int32Array.of(3),
    outputIndexes: Int32Array.of(4),
  });
  return {
    ...net,
    oplists: [...net.oplists!, found, count],
    tensorName: [...net.tensorName!, 'found', 'size'],
    outputName: ['conv2', 'size'],
  };
}

it('a network whose last part waits for the data is quantized up to there, and told so', async () => {
  for (const method of ['KL', 'ADMM', 'EMA']) {
    const job = smallJob({ feature_quantize_method: method, debug: true }, findingNet());
    const outcome = await quantizeFile({ ...job, memoryBytes: 2 ** 28 });
    expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
    expect(outcome.prediction.outside).toEqual([
      { name: 'found', type: 'Where', reason: 'its shape depends on the data' },
      { name: 'size', type: 'Size', reason: 'its shape depends on the data' },
    ]);
    expect(formatSummary(outcome)).toContain('its shape depends on the data: found (Where), size (Size)');
  }
});

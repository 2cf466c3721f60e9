import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createTable,
  DataType,
  MNN_DATA_FORMAT,
  type Net,
  type Op,
  OpType,
  readModel,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { smallJob, smallNet } from '../../packages/cli/test/scratch.ts';
import { main } from '../../packages/graph/test/golden/golden-case.ts';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';

/** Of what two convolutions make, the numbers beside the diagonals, by an op that only MNN can run. */
function bandNet(): Net {
  const net = smallNet();
  const op = (name: string, type: number, inputs: number[], output: number, parameter?: Op['main']): Op =>
    createTable('Op', {
      name,
      type,
      main: parameter,
      defaultDimentionFormat: MNN_DATA_FORMAT.NCHW,
      inputIndexes: Int32Array.from(inputs),
      outputIndexes: Int32Array.of(output),
    } as Partial<Op>);
  const plain = { source: MNN_DATA_FORMAT.NC4HW4, dest: MNN_DATA_FORMAT.NCHW };
  const one = { dataType: DataType.DT_INT32, int32s: Int32Array.of(1) };
  return {
    ...net,
    oplists: [
      ...net.oplists!,
      op('plain', OpType.ConvertTensor, [2], 3, main('TensorConvertInfo', plain)),
      op('width', OpType.Const, [], 4, main('Blob', one)),
      op('band', OpType.MatrixBandPart, [3, 4, 4], 5),
      op('negative', OpType.UnaryOp, [5], 6, main('UnaryOp', { opType: UnaryOpOperation.NEG })),
    ],
    tensorName: [...net.tensorName!, 'plain', 'width', 'band', 'negative'],
    outputName: ['negative'],
  };
}

describeWithMnn('an op that only MNN can run, behind the last convolution', ({ python }) => {
  const oracle = new MnnOracle(python);

  it.each(['KL', 'ADMM', 'EMA'])('reads what the int8 convolutions write (%s)', async (method) => {
    const job = smallJob({ feature_quantize_method: method }, bandNet());
    const { prediction } = await quantizeFile({ ...job, memoryBytes: 2 ** 28 });
    expect(prediction.outside.map(({ name }) => name)).toEqual(['band', 'negative']);
    const without = smallJob({ feature_quantize_method: method });
    await quantizeFile({ ...without, memoryBytes: 2 ** 28 });
    const inputs = oracle.random(job.source, { samples: 4 });
    const convolved = oracle.run(without.target, inputs).get('conv2')!;
    const { shape, data } = oracle.run(job.target, inputs).get('negative')!;
    expect(shape).toEqual(convolved.shape);
    const [height, width] = shape.slice(-2);
    const beside = (i: number): boolean => Math.abs((Math.floor(i / width) % height) - (i % width)) <= 1;
    expect(Array.from(data as Float32Array, (value) => 0 - value)).toEqual(
      Array.from(convolved.data as Float32Array, (value, i) => (beside(i) ? value : 0)),
    );
    const ran = oracle.commands(job.target, inputs).filter(({ type }) => type === 'Convolution');
    expect(ran.map(({ int8: quantized }) => quantized)).toEqual([true, true]);
    const { oplists = [] } = readModel(readFileSync(job.target)).net;
    expect(oplists.slice(3)).toEqual(
      readModel(readFileSync(join(job.folder, 'small.mnn'))).net.oplists!.slice(3),
    );
  });
});

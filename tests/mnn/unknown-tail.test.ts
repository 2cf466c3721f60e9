import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BinaryOpOperation,
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

/** To what two convolutions make, random numbers are added, by an op that only MNN can run; they are a result, too. */
function noisyNet(): Net {
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
  const noise = { type: DataType.DT_FLOAT, low: -1, high: 1 };
  return {
    ...net,
    oplists: [
      ...net.oplists!,
      op('plain', OpType.ConvertTensor, [2], 3, main('TensorConvertInfo', plain)),
      op('shape', OpType.Shape, [3], 4),
      op('noise', OpType.RandomUniform, [4], 5, main('RandomUniform', noise)),
      op('sum', OpType.BinaryOp, [3, 5], 6, main('BinaryOp', { opType: BinaryOpOperation.ADD })),
      op('negative', OpType.UnaryOp, [5], 7, main('UnaryOp', { opType: UnaryOpOperation.NEG })),
    ],
    tensorName: [...net.tensorName!, 'plain', 'shape', 'noise', 'sum', 'negative'],
    outputName: ['sum', 'negative'],
  };
}

describeWithMnn('an op that only MNN can run, behind the last convolution', ({ python }) => {
  const oracle = new MnnOracle(python);

  it.each(['KL', 'ADMM', 'EMA'])('reads what the int8 convolutions write (%s)', async (method) => {
    const job = smallJob({ feature_quantize_method: method }, noisyNet());
    const { prediction } = await quantizeFile({ ...job, memoryBytes: 2 ** 28 });
    expect(prediction.outside.map(({ name }) => name)).toEqual(['noise', 'sum', 'negative']);
    const without = smallJob({ feature_quantize_method: method });
    await quantizeFile({ ...without, memoryBytes: 2 ** 28 });
    const inputs = oracle.random(job.source, { samples: 4 });
    const convolved = oracle.run(without.target, inputs).get('conv2')!;
    const made = oracle.run(job.target, inputs);
    const [sum, negative] = ['sum', 'negative'].map((name) => made.get(name)!);
    expect(sum.shape).toEqual(convolved.shape);
    expect(Math.max(...(negative.data as Float32Array))).toBeGreaterThan(0.5);
    expect(sum.data).toEqual(
      (convolved.data as Float32Array).map((value, i) => value - Number(negative.data[i])),
    );
    const ran = oracle.commands(job.target, inputs).filter(({ type }) => type === 'Convolution');
    expect(ran.map(({ int8: quantized }) => quantized)).toEqual([true, true]);
    const { oplists = [] } = readModel(readFileSync(job.target)).net;
    expect(oplists.slice(3)).toEqual(
      readModel(readFileSync(join(job.folder, 'small.mnn'))).net.oplists!.slice(3),
    );
  });
});

import { createTable, type Net, type Op, OpType, PoolType } from '@mnnquant/mnn-format';
import { smallNet } from './scratch.ts';

/** The small net with a ReLU and a pool between the convolutions, which share a scale, and an average at its end. */
export function poolNet(side: number): Net {
  const net = smallNet(side, side);
  const [input, first, second] = net.oplists!;
  const wires = (from: number, to: number) => ({
    inputIndexes: Int32Array.of(from),
    outputIndexes: Int32Array.of(to),
  });
  const pool = createTable('Pool', {
    kernelX: 2,
    kernelY: 2,
    strideX: 2,
    strideY: 2,
    type: PoolType.MAXPOOL,
  });
  const oplists: Op[] = [
    input!,
    first!,
    { ...first!, name: 'relu', type: OpType.ReLU, main: reluMain(), ...wires(1, 3) },
    { ...first!, name: 'pool', type: OpType.Pooling, main: { type: 'Pool', value: pool }, ...wires(3, 4) },
    { ...second!, ...wires(4, 2) },
  ];
  return { ...net, oplists, tensorName: [...net.tensorName!, 'relu', 'pool'] };
}

function reluMain(): Op['main'] {
  return { type: 'Relu', value: createTable('Relu', { slope: 0 }) };
}

/** The small net with the average of whole planes between the convolutions. */
export function averageNet(side: number): Net {
  const net = smallNet(side, side);
  const [input, first, second] = net.oplists!;
  const average = createTable('Pool', { isGlobal: true, type: PoolType.AVEPOOL });
  const oplists: Op[] = [
    input!,
    first!,
    {
      ...first!,
      name: 'average',
      type: OpType.Pooling,
      main: { type: 'Pool', value: average },
      inputIndexes: Int32Array.of(1),
      outputIndexes: Int32Array.of(3),
    },
    { ...second!, inputIndexes: Int32Array.of(3), outputIndexes: Int32Array.of(2) },
  ];
  return { ...net, oplists, tensorName: [...net.tensorName!, 'average'] };
}

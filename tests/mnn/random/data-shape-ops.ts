import { createTable, type Op } from '@mnnquant/mnn-format';
import { type GoldenInput, scalar } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

const extra: Op['main'] = { type: 'Extra', value: createTable('Extra', {}) } as Op['main'];

/** Some zeros, some negative numbers, in any layout that is not packed: MNN counts places in memory. */
function where(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 5), 1, 4);
  const layout = draw.pick('NCHW' as const, 'NHWC' as const);
  // The old form has a row for each element; what is behind the rows found is what memory held.
  const old = draw.int(0, 4) === 0;
  const [least, most] = old ? [1, 3] : [draw.pick(-1, 0), draw.pick(0, 1, 2)];
  const whole = draw.whole(shape, least, most);
  const data = draw.bool() ? whole : { shape, data: whole.data!.map((value) => value / 2) };
  return { type: 'Where', inputs: [{ ...data, layout }], ...(!old && { main: extra }) };
}

function unique(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 4);
  const whole = draw.whole(shape, draw.int(-6, 0), draw.int(0, 6));
  const input: GoldenInput = draw.bool() ? whole : { shape, data: whole.data!.map((value) => value / 4) };
  return {
    type: 'Unique',
    inputs: [{ ...input, layout: draw.pick('NCHW', 'NHWC') }],
    outputs: draw.int(1, 4),
  };
}

/** Boxes in some places, of which some lie upon each other; of equal scores MNN takes any first. */
function boxes(draw: Draw, count: number): number[] {
  return Array.from({ length: count }, () => {
    const [y, x] = draw.list(2, 0, 2).map((place) => place * 1.5);
    const [a, b] = [draw.number(0.5, 2), draw.number(0.5, 2)];
    const corners = [
      [y, x],
      [y + a, x + b],
    ];
    return (draw.bool() ? corners : corners.reverse()).flat();
  }).flat();
}

function suppression(draw: Draw): RandomCase {
  const perClass = draw.bool();
  const [batch, classes, count] = [draw.int(1, 2), draw.int(1, 3), draw.int(1, 10)];
  const shape = perClass ? [batch, classes, count] : [count];
  const total = shape.reduce((product, extent) => product * extent, 1);
  const scores = draw.shuffled(Array.from({ length: total }, (_, i) => (i + 1) / (total + 1)));
  const sets = perClass ? batch : 1;
  const limits = [scalar(draw.number(0, 0.9), 'float32'), scalar(draw.number(0, 0.6), 'float32')];
  return {
    type: 'NonMaxSuppressionV2',
    inputs: [
      { shape: perClass ? [batch, count, 4] : [count, 4], data: boxes(draw, sets * count) },
      { shape, data: scores },
      { shape: [], dtype: 'int32', data: [draw.int(1, 8)], constant: draw.bool() },
      ...limits.slice(0, draw.int(0, 2)),
    ],
  };
}

/** Ops with results as large as the data say, which MNN's Module interface runs. */
export const DATA_SHAPE_OPS: Readonly<Record<string, Generator>> = {
  Where: where,
  Unique: unique,
  NonMaxSuppressionV2: suppression,
};

import {
  type BatchNorm,
  type Convolution2D,
  createTable,
  type MnnModel,
  type Op,
} from '@mnnquant/mnn-format';
import type { NetBuilder } from '../rewrite/net-builder.ts';

/** Adds a BatchNorm of made-up statistics; returns its tensor. */
export function batchNorm(
  net: NetBuilder,
  from: number,
  channels: number,
  name: string,
  fields: Partial<BatchNorm> = {},
): number {
  const value = createTable('BatchNorm', {
    channels,
    slopeData: net.noise(channels, 2),
    biasData: net.noise(channels, 1),
    meanData: net.noise(channels, 1),
    varData: net.noise(channels, 1).map((value) => value * value + 0.1),
    epsilon: 1e-3,
    ...fields,
  });
  return net.op('BatchNorm', [from], { type: 'BatchNorm', value }, name);
}

export function opNamed({ net }: MnnModel, name: string): Op {
  const op = net.oplists!.find((one) => one.name === name);
  if (!op) throw new Error(`no op ${name}`);
  return op;
}

export function convolutionNamed(model: MnnModel, name: string): Convolution2D {
  const { main } = opNamed(model, name);
  if (main?.type !== 'Convolution2D') throw new Error(`${name} is no convolution`);
  return main.value;
}

export const typesOf = ({ net }: MnnModel): string[] => net.oplists!.map(({ name }) => name!);

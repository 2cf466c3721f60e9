import { binaries, unaryOps } from './simulator-arithmetic-cases.ts';
import type { SimulatorCase } from './simulator-case.ts';
import { inFloat, perChannel, relus } from './simulator-channel-cases.ts';
import { composites, interps, pools } from './simulator-image-cases.ts';

export const SIMULATOR_CASES: readonly SimulatorCase[] = [
  ...binaries(),
  ...unaryOps(),
  ...pools(),
  ...interps(),
  ...composites(),
  ...perChannel(),
  ...relus(),
  ...inFloat(),
];

import type { Command, Region, RuntimeTensor } from './runtime-tensor.ts';

/** Collects commands, adding the Raster commands that turn views into memory where one is read. */
export class CommandList {
  readonly commands: Command[] = [];
  private step = -1;

  /** Commands from now on belong to this step. */
  startStep(step: number): void {
    this.step = step;
  }

  /** Adds a command; `isOp` where it carries the file's op. */
  add(
    type: string,
    inputs: readonly RuntimeTensor[],
    outputs: readonly RuntimeTensor[],
    isOp: boolean,
    content: readonly RuntimeTensor[] = inputs,
  ): void {
    for (const input of content) this.materialise(input);
    this.commands.push({ type, step: this.step, isOp, inputs, outputs });
  }

  /**
   * Writes a view to memory, once. Chains of views become one Raster where their regions can be
   * fused (GeometryComputer.cpp `getRasterCacheCreateRecursive`): always assumed unless both
   * reorder and one has several parts.
   */
  materialise(tensor: RuntimeTensor): void {
    if (tensor.regions === undefined || tensor.rastered || tensor.elements === 0) return;
    tensor.regions = tensor.regions.flatMap((region) => fuse(region));
    for (const { origin } of tensor.regions) this.materialise(origin);
    tensor.rastered = true;
    const inputs = tensor.regions.map(({ origin }) => origin);
    this.commands.push({ type: 'Raster', step: this.step, isOp: false, inputs, outputs: [tensor] });
  }
}

function fuse(region: Region): readonly Region[] {
  const inner = isVirtual(region.origin) ? region.origin.regions : undefined;
  if (inner === undefined) return [region];
  if (inner.length > 1 && !region.plain && !inner.every(({ plain }) => plain)) return [region];
  return inner.flatMap(({ origin, plain }) => fuse({ origin, plain: plain && region.plain }));
}

function isVirtual(tensor: RuntimeTensor): boolean {
  return tensor.regions !== undefined && !tensor.rastered;
}

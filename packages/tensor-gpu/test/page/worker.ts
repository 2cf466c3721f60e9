// Computes, so that the page can be used meanwhile.
import type { TensorBackend } from '@mnnquant/graph';
import { createCpuBackend } from '@mnnquant/tensor-cpu';
import { formatSummary, quantize } from 'mnnquant/browser';
import type { BackendName, Order, Report } from './messages.ts';

const tell = (report: Report): void => postMessage(report);

addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  try {
    tell(await work(data));
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});

async function work({ model, config, images, backend, target }: Order): Promise<Report> {
  const computing = await createBackend(backend);
  try {
    const result = await quantize({
      model: new Uint8Array(await model.arrayBuffer()),
      config: await config.text(),
      images,
      backend: computing,
      source: model.name,
      target,
      onProgress: (phase, done, total) => tell({ kind: 'progress', phase, done, total }),
      onWarning: (message) => tell({ kind: 'warning', message }),
    });
    return {
      kind: 'done',
      model: result.model,
      scales: result.scales,
      summary: formatSummary(result.outcome),
    };
  } finally {
    await computing.dispose();
  }
}

/** The GPU's part is only loaded where it is asked for. */
async function createBackend(name: BackendName): Promise<TensorBackend> {
  if (name === 'cpu') return createCpuBackend();
  const { createGpuBackend } = await import('@mnnquant/tensor-gpu');
  return createGpuBackend({ mode: name === 'gpu:webgpu' ? 'webgpu' : 'webgl2' });
}

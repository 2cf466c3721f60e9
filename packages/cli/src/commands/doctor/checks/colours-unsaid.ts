import type { Check, Found } from '../finding.ts';

/** No `format` in the config: the default is the one of MNN's tool, and most networks are trained with the other order. */
export const coloursUnsaid: Check = {
  name: 'colours-unsaid',
  find({ config: { config, given }, model: { image } }): Found[] {
    if (config?.input_type !== 'image' || image === undefined) return [];
    if (given === undefined || given.includes('format')) return [];
    if (config.format !== 'BGR' && config.format !== 'RGB') return [];
    return [
      {
        level: 'note',
        text: `the config does not say "format", so channels go in as ${config.format}, the default of MNN's tool`,
        advice:
          'networks from PyTorch, TensorFlow and Keras are mostly trained with RGB, those from Caffe and OpenCV with BGR: write into the config which it is',
      },
    ];
  },
};

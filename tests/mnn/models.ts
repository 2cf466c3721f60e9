/** The models that run from end to end, as named in `models/float`. */
export const FLOAT_MODELS: readonly string[] = [
  'RFB-320',
  'slim-320',
  'cifar_resnet20',
  'cifar_resnet56',
  'squeezenet_v1.1_imagenet',
  'mobilenet_v2_1.0_224_dequant',
  'mobilefacenet',
  'zqlandmark',
  'vww_96_float',
  'mlperf_resnet8_cifar10_float',
  'yunet_n_320',
];

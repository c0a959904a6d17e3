// The wire as the front end reads it, until the generated api-schema.d.ts takes over.
export type Words = { en: string; zh: string };
export type WireTensor = {
  shape: number[];
  dtype: "float32" | "uint8";
  encoding: "list" | "base64";
  lo: (number | null)[];
  hi: (number | null)[];
  data: unknown;
};
export type Sample = {
  id: string;
  name: string;
  title: Words;
  width: number;
  height: number;
  source: string;
  licence: string;
  author: string;
};
export type StoredImage = {
  id: string;
  width: number;
  height: number;
  format: string;
  original: { width: number; height: number };
};
export type NetworkCard = {
  name: string;
  title: Words;
  summary: Words;
  dataset: string;
  parameters: number;
  multiply_adds: number;
  accuracy: number | null;
  input: [number, number, number];
};
export type ReceptiveField = {
  size: [number, number];
  jump: [number, number];
  start: [number, number];
};
export type NetworkNode = {
  name: string;
  kind: string;
  operation: string;
  inputs: string[];
  shape: number[];
  parameters: number;
  multiply_adds: number;
  receptive_field: ReceptiveField | null;
  settings: Record<string, unknown>;
  block: string;
};
export type NetworkInfo = {
  name: string;
  title: Words;
  summary: Words;
  dataset: string;
  version: string;
  accuracy: number | null;
  parameters: number;
  multiply_adds: number;
  input: { shape: [number, number, number]; mean: number[]; std: number[] };
  classes: Words[];
  blocks: { name: string; title: Words; nodes: string[]; output: string }[];
  nodes: NetworkNode[];
};
export type Intervention = { kind: string; layer: string } & Record<string, unknown>;
export type Channels = { strongest: number } | { list: number[] } | null;
export type Wanted = {
  layer: string;
  activation?: boolean;
  normalization?: boolean;
  dropout?: boolean;
  channels?: Channels;
};
export type RunRequest = {
  images: string[];
  interventions?: Intervention[];
  record?: Wanted[];
  difference?: boolean;
  seed?: number;
  top?: number;
};
export type Prediction = { index: number; probability: number; logit: number; name: Words };
export type Summary = {
  mean: number[];
  std: number[];
  min: number[];
  max: number[];
  histogram: { edges: number[][]; counts: number[][] };
};
export type Normalization = {
  method: string;
  statistics: "running" | "batch";
  axes: string[];
  count: number;
  eps: number;
  mean: number[];
  variance: number[];
  running_mean: number[] | null;
  running_variance: number[] | null;
  gamma: number[];
  beta: number[];
  before: Summary;
  after: Summary;
};
export type Dropout = {
  variant: string;
  p: number;
  on: boolean;
  keep_rate: number;
  scale: number;
  mask: WireTensor | null;
};
export type RecordedLayer = {
  layer: string;
  shape: number[];
  range: [number, number];
  channels: number[];
  activation: WireTensor | null;
  difference: WireTensor | null;
  normalization: Normalization | null;
  dropout: Dropout | null;
};
export type RunAnswer = {
  network: string;
  version: string;
  torch: string;
  threads: number;
  seed: number;
  images: string[];
  predictions: Prediction[][];
  layers: RecordedLayer[];
  range: [number, number];
};
export type Box = { top: number; left: number; bottom: number; right: number };
export type UnitRequest = {
  image: string;
  interventions?: Intervention[];
  layer: string;
  channel: number;
  y: number;
  x: number;
};
export type UnitAnswer = {
  value: number;
  receptive_field: Box;
  window: Box;
  terms: {
    channel: number;
    inputs: number[][];
    weights: number[][];
    products: number[][];
    sum: number;
  }[];
  bias: number;
  sum: number;
};
export type ExplainRequest = {
  image: string;
  interventions?: Intervention[];
  method: "grad_cam" | "input_gradient" | "effective_receptive_field";
  class?: number | null;
  layer?: string;
  channel?: number;
  y?: number;
  x?: number;
};
export type ExplainAnswer = { map: WireTensor; class: number | null };
export type WeightsAnswer = { shape: number[]; weight: WireTensor; bias: number | null };
export type Encoding = "list" | "float32" | "uint8";

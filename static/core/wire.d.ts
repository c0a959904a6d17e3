// The wire's types under short names. They are the server's own: api-schema.d.ts is generated from its
// OpenAPI document, so that the two cannot drift apart.
import type { components } from "./api-schema.js";

type Schemas = components["schemas"];
/** What must be given, the rest having defaults. */
type Given<T, K extends keyof T> = Pick<T, K> & Partial<Omit<T, K>>;

export type Words = Schemas["Words"];
export type WireTensor = Schemas["Tensor"];
export type Encoding = WireTensor["dtype"] | "list";
export type Sample = Schemas["SampleInfo"];
export type StoredImage = Schemas["Uploaded"];
export type NetworkCard = Schemas["NetworkSummary"];
export type NetworkInfo = Schemas["NetworkInfo"];
export type NetworkNode = Schemas["Node"];
export type NetworkBlock = Schemas["Block"];
export type ReceptiveField = Schemas["ReceptiveField"];
export type Intervention = Schemas["RunParams"]["interventions"][number];
export type Wanted = Given<Schemas["LayerRequest"], "layer">;
export type RunRequest = Omit<Given<Schemas["RunParams"], "images">, "record"> & {
  record?: Wanted[];
};
export type RunAnswer = Schemas["RunResult"];
export type RecordedLayer = Schemas["LayerResult"];
export type Prediction = Schemas["ClassScore"];
export type Normalization = Schemas["LayerNormalization"];
export type Distribution = Schemas["Distribution"];
export type Dropout = Schemas["LayerDropout"];
export type Box = Schemas["Box"];
export type UnitRequest = Given<Schemas["UnitParams"], "image" | "layer">;
export type UnitAnswer = Schemas["UnitResult"];
export type ExplainRequest = Given<Schemas["ExplainParams"], "image" | "method">;
export type ExplainAnswer = Schemas["ExplainResult"];
export type WeightsRequest = Given<Schemas["WeightsParams"], "layer" | "channels">;
export type WeightsAnswer = Schemas["WeightsResult"];
export type ConvolutionRequest = Given<Schemas["ConvolutionParams"], "input" | "kernels">;
export type ConvolutionAnswer = Schemas["ConvolutionResult"];
export type ConvolutionWindow = NonNullable<ConvolutionAnswer["window"]>;
export type NormalizationRequest = Given<Schemas["NormalizationParams"], "source">;
export type NormalizationAnswer = Schemas["NormalizationResult"];
export type NormalizationElement = NonNullable<NormalizationAnswer["element"]>;
export type DropoutRequest = Given<Schemas["DropoutParams"], "source">;
export type DropoutAnswer = Schemas["DropoutResult"];
export type DropoutElement = NonNullable<DropoutAnswer["element"]>;
export type MlpVsCnnRequest = Given<Schemas["MlpVsCnnParams"], "scene">;
export type MlpVsCnnAnswer = Schemas["MlpVsCnnResult"];
export type PrinciplesRequest = Given<Schemas["PrinciplesParams"], "source">;
export type PrinciplesAnswer = Schemas["PrinciplesResult"];
export type AccuracyRequest = Partial<Schemas["AccuracyParams"]>;
export type AccuracyAnswer = Schemas["AccuracyResult"];
export type MaximiseRequest = Given<Schemas["MaximiseParams"], "layer">;
export type MaximiseEvent = Schemas["Begun"] | Schemas["Stepped"] | Schemas["Done"] | Schemas["Broken"];
export type Features = Schemas["FeatureSet"];
export type ClaimInfo = Schemas["ClaimInfo"];
export type Measurement = Schemas["Measurement"];
export type Problem = Schemas["ProblemBody"];

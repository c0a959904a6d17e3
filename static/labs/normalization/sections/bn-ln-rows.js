import { gettext } from "../../../core/i18n.js";

/** @typedef {{question: string, batch: string, layer: string, claim: string}} Row `claim`: whose verdict decides it */

/** What the notes say of both, row by row. @returns {Row[]} */
export function bnLnRows() {
  return [
    {
      question: gettext("Which values share a mean and a variance"),
      batch: gettext("one channel, across the whole batch and all places"),
      layer: gettext("one sample (or one token), across its features"),
      claim: "bn-statistics",
    },
    {
      question: gettext("Does the batch size matter?"),
      batch: gettext("yes"),
      layer: gettext("no"),
      claim: "bn-batch-size",
    },
    {
      question: gettext("In convolutional networks"),
      batch: gettext("very good"),
      layer: gettext("mediocre"),
      claim: "ln-in-cnn",
    },
    {
      question: gettext("In RNNs and Transformers"),
      batch: gettext("badly suited"),
      layer: gettext("very good"),
      claim: "bn-in-transformer",
    },
    {
      question: gettext("Are training and inference the same?"),
      batch: gettext("no"),
      layer: gettext("yes, exactly"),
      claim: "bn-train-eval",
    },
    {
      question: gettext("Axes the mean and variance run over"),
      batch: gettext("the batch and height × width"),
      layer: gettext("the feature axis alone"),
      claim: "ln-statistics",
    },
    {
      question: gettext("Statistics used at inference"),
      batch: gettext("running mean and variance, kept from training"),
      layer: gettext("those of the input itself; nothing is kept"),
      claim: "bn-train-eval",
    },
  ];
}

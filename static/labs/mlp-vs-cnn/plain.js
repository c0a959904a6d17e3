import { grid } from "../../core/grid.js";

/** Paint what the networks are given as it is: black where a pixel is 0, white where it is 1.
 * @param {import("../../core/canvas.js").CanvasPainter} painter @param {HTMLCanvasElement} canvas
 * @param {import("../../core/tensor.js").Tensor} tensor one map of any size
 */
export function plain(painter, canvas, tensor) {
  const { width } = tensor;
  painter.paint(canvas, {
    tensor,
    shown: [0],
    grid: grid(1, tensor, { fold: width }),
    range: [0, 1],
    signed: false,
    rgb: false,
    mask: true,
  });
}

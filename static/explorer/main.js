/** The explorer page: first what asks the server, then what draws the answers, then all around it. */

import { session } from "./session.js";
import "./stage.js";
import "../core/page.js";

// The rest only once there is something to look at.
const around = async () => {
  if (!session.view?.base.predictions.length && !session.error) return;
  session.removeEventListener("update", around);
  await new Promise(requestAnimationFrame);
  import("./around.js");
};
session.addEventListener("update", around);
around();
